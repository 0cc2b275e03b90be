using System.Buffers.Text;
using System.Text;
using ClipOrleans.Contracts.Keys;

namespace ClipOrleans.Gateway.Tenants;

/// <summary>Where the list of tenants goes on: the last id that was given, behind a version byte, opaque to callers.</summary>
internal static class TenantCursor
{
    private const byte Version = 2;

    public static string Write(string last) => Base64Url.EncodeToString([Version, .. Encoding.UTF8.GetBytes(last)]);

    /// <returns>The id, or null.</returns>
    public static string? Read(string cursor)
    {
        Span<byte> bytes = stackalloc byte[1 + NameRule.MaxLength];
        return cursor.Length <= Base64Url.GetEncodedLength(bytes.Length)
            && Base64Url.IsValid(cursor)
            && Base64Url.TryDecodeFromChars(cursor, bytes, out var length)
            && length > 1
            && bytes[0] == Version
            && Encoding.Latin1.GetString(bytes[1..length]) is var id
            && NameRule.IsValid(id) ? id : null;
    }
}
