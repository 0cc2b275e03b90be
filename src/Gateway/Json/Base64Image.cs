using System.Buffers;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace ClipOrleans.Gateway.Json;

/// <summary>Decodes base64 straight from the request's bytes into a pooled buffer: images are too large to copy twice.</summary>
internal static class Base64Image
{
    /// <summary>Most bytes that the string can decode to, before it is decoded.</summary>
    public static long MaxDecodedLength(JsonElement text) => (long)JsonMarshal.GetRawUtf8Value(text).Length / 4 * 3;

    /// <returns>The buffer (return it to the shared pool) and how much of it is filled; null when the text is not base64.</returns>
    public static (byte[] Buffer, int Length)? Decode(JsonElement text)
    {
        var raw = JsonMarshal.GetRawUtf8Value(text)[1..^1];
        if (!raw.Contains((byte)'\\'))
            return Decode(raw);
        // Some writers escape every slash. Other escapes in base64 are odd enough for the slow way.
        var plain = ArrayPool<byte>.Shared.Rent(raw.Length);
        try
        {
            return TryDropSlashEscapes(raw, plain, out var length)
                ? Decode(plain.AsSpan(0, length))
                : Decode(System.Text.Encoding.UTF8.GetBytes(text.GetString()!));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(plain);
        }
    }

    private static (byte[] Buffer, int Length)? Decode(ReadOnlySpan<byte> base64)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Max(1, Base64.GetMaxDecodedFromUtf8Length(base64.Length)));
        if (Base64.DecodeFromUtf8(base64, buffer, out var consumed, out var written) == OperationStatus.Done && consumed == base64.Length)
            return (buffer, written);
        ArrayPool<byte>.Shared.Return(buffer);
        return null;
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
