using ClipOrleans.Cli.App;

namespace ClipOrleans.Cli.Search;

/// <summary>An image that a command line names: a file here, or an address that the server fetches.</summary>
internal sealed record ImageArgument(ReadOnlyMemory<byte>? Bytes, string? Url)
{
    public static async Task<ImageArgument> ReadAsync(string text, CancellationToken stop)
    {
        if (IsUrl(text))
            return new ImageArgument(null, text);
        return File.Exists(text)
            ? new ImageArgument(await File.ReadAllBytesAsync(text, stop).ConfigureAwait(false), null)
            : throw new CliError($"There is no image file {text}", "Give a file, or an address that begins with http:// or https://");
    }

    public static bool IsUrl(string text) =>
        text.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
}
