using System.Runtime.InteropServices;
using System.Text;
using ClipOrleans.Storage.Documents;
using ClipOrleans.Vectors.Kernels;

namespace ClipOrleans.Storage.Writing;

/// <summary>What an operation must bring besides its metadata. The gateway checks earlier and says more; here nothing wrong may pass.</summary>
internal static class UpsertCheck
{
    public const int MaxIdLength = 256;

    /// <summary>More than any limit above this layer lets through; bounds the list of an image's pieces.</summary>
    public const int MaxImageBytes = 64 << 20;

    // Half of what the collection refuses: what the log has taken can be applied, on every processor that replays it.
    private const float NormTolerance = 5e-4f;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static byte[]? TryEncode(string? text)
    {
        try
        {
            return text is null ? null : Strict.GetBytes(text);
        }
        catch (EncoderFallbackException)
        {
            return null;
        }
    }

    public static StoredOutcome? RefuseId(string id) =>
        id.Length is 0 or > MaxIdLength || TryEncode(id) is null
            ? StoredOutcome.Failed(FailureReasons.InvalidId, $"An id has 1 to {MaxIdLength} characters of valid Unicode.")
            : null;

    /// <returns>Null if vector, texts and image can be stored.</returns>
    public static StoredOutcome? Refuse(StoredOperation operation, int dimensions)
    {
        if (operation.Vector.Length != dimensions * sizeof(float))
            return StoredOutcome.Failed(FailureReasons.DimensionMismatch, $"The vector has {operation.Vector.Length} bytes; this index holds {dimensions} dimensions of 4 bytes.");
        if (!IsNormalised(operation.Vector.Span))
            return StoredOutcome.Failed(FailureReasons.InvalidVector, "The vector is not of length 1, or not finite.");
        if ((operation.ImageUrl is not null && TryEncode(operation.ImageUrl) is null) || (operation.Text is not null && TryEncode(operation.Text) is null))
            return StoredOutcome.Failed(FailureReasons.InvalidText, "Text or image URL is not valid Unicode.");
        if (operation.Image.Length > MaxImageBytes)
            return StoredOutcome.Failed(FailureReasons.ImageTooLarge, $"The image has {operation.Image.Length} bytes; at most {MaxImageBytes} are stored.");
        return operation.Image.IsEmpty || !string.IsNullOrEmpty(operation.ImageContentType)
            ? null
            : StoredOutcome.Failed(FailureReasons.InvalidText, "An image comes with its content type.");
    }

    public static bool IsNormalised(ReadOnlySpan<byte> vector)
    {
        var values = MemoryMarshal.Cast<byte, float>(vector);
        return MathF.Abs(VectorMath.Dot(values, values) - 1) <= NormTolerance;
    }
}
