using System.Security.Cryptography;

namespace ClipOrleans.Cli.Import.Rows;

/// <summary>Tells by content whether a file is still the one of an earlier run.</summary>
internal static class FileFingerprint
{
    public static async Task<string> OfAsync(string path, CancellationToken stop)
    {
        await using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, stop).ConfigureAwait(false));
    }
}
