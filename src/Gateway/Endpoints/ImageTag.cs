using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace ClipOrleans.Gateway.Endpoints;

/// <summary>The entity tag of an image: its content.</summary>
internal static class ImageTag
{
    private const int Length = 16;

    public static EntityTagHeaderValue Of(ReadOnlySpan<byte> bytes) =>
        new($"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, Length))}\"");
}
