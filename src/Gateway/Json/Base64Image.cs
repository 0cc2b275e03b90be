using System.Buffers;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text.Json;
using ClipOrleans.Gateway.Admission;

namespace ClipOrleans.Gateway.Json;

/// <summary>Decodes base64 straight from the request's bytes into an array of the image's size: images are too large to copy twice.</summary>
internal static class Base64Image
{
    /// <summary>Most bytes that the string can decode to, before it is decoded.</summary>
    public static long MaxDecodedLength(JsonElement text) => (long)JsonMarshal.GetRawUtf8Value(text).Length / 4 * 3;

    /// <returns>Null when the text is not base64.</returns>
    public static byte[]? Decode(JsonElement text)
    {
        var raw = JsonMarshal.GetRawUtf8Value(text)[1..^1];
        if (!raw.Contains((byte)'\\'))
            return Decode(raw);
        // Some writers escape every slash. Other escapes in base64 are odd enough for the slow way.
        using var memory = WorkingMemory.Rent(raw.Length);
        var plain = memory.Memory.Span;
        return TryDropSlashEscapes(raw, plain, out var length)
            ? Decode(plain[..length])
            : Decode(System.Text.Encoding.UTF8.GetBytes(text.GetString()!));
    }

    private static byte[]? Decode(ReadOnlySpan<byte> base64)
    {
        // Also tells the exact length, whatever blanks and padding there are.
        if (!Base64.IsValid(base64, out var length))
            return null;
        var image = GC.AllocateUninitializedArray<byte>(length);
        return Base64.DecodeFromUtf8(base64, image, out var consumed, out var written) == OperationStatus.Done && consumed == base64.Length && written == length ? image : null;
    }

    private static bool TryDropSlashEscapes(ReadOnlySpan<byte> raw, Span<byte> plain, out int length)
    {
        length = 0;
        while (true)
        {
            var at = raw.IndexOf((byte)'\\');
            var run = at < 0 ? raw : raw[..at];
            run.CopyTo(plain[length..]);
            length += run.Length;
            if (at < 0)
                return true;
            if (raw[at + 1] != '/')
                return false;
            raw = raw[(at + 1)..];
            plain[length++] = (byte)'/';
            raw = raw[1..];
        }
    }
}
