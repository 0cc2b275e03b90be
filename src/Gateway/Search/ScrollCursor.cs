using System.Buffers.Text;
using System.Text;
using System.Text.Unicode;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Json;

namespace ClipOrleans.Gateway.Search;

/// <summary>Where a scroll goes on: the last id that was given, behind a version byte, opaque to callers.</summary>
internal static class ScrollCursor
{
    private const byte Version = 1;

    public static string Write(string lastId) => Base64Url.EncodeToString([Version, .. Encoding.UTF8.GetBytes(lastId)]);

    /// <returns>The id, or invalid-cursor.</returns>
    public static Result<string> Read(string cursor)
    {
        Span<byte> bytes = stackalloc byte[1 + (4 * Contracts.Limits.MaxIdLength)];
        if (cursor.Length <= Base64Url.GetEncodedLength(bytes.Length)
            && Base64Url.IsValid(cursor)
            && Base64Url.TryDecodeFromChars(cursor, bytes, out var length)
            && length > 1
            && bytes[0] == Version
            && Utf8.IsValid(bytes[1..length])
            && Encoding.UTF8.GetString(bytes[1..length]) is var id
            && DocumentIds.Check(id) is null)
        {
            return id;
        }

        return Error.At(Slugs.InvalidCursor, "A cursor is what an earlier page of the same scroll gave; leave it out for the first page.", "/cursor");
    }
}
