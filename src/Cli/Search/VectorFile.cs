using System.Globalization;
using ClipOrleans.Cli.App;

namespace ClipOrleans.Cli.Search;

/// <summary>A vector as text: a JSON array, or numbers with spaces, commas or semicolons between them.</summary>
internal static class VectorFile
{
    private static readonly char[] Separators = [' ', '\t', '\r', '\n', ',', ';'];

    public static async Task<ReadOnlyMemory<float>> ReadAsync(string path, CancellationToken stop)
    {
        if (!File.Exists(path))
            throw new CliError($"There is no vector file {path}", "Write the vector into it as a JSON array");
        return Parse(await File.ReadAllTextAsync(path, stop).ConfigureAwait(false), out var vector)
            ? vector
            : throw new CliError($"{path} holds no vector", "It should be a JSON array of numbers, such as [0.1, -0.2]");
    }

    public static bool Parse(string text, out ReadOnlyMemory<float> vector)
    {
        var trimmed = text.AsSpan().Trim();
        if (trimmed.StartsWith("[") && trimmed.EndsWith("]"))
            trimmed = trimmed[1..^1];
        var parts = trimmed.ToString().Split(Separators, StringSplitOptions.RemoveEmptyEntries);
        var values = new float[parts.Length];
        vector = values;
        for (var i = 0; i < parts.Length; i++)
        {
            if (!float.TryParse(parts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out values[i]) || !float.IsFinite(values[i]))
                return false;
        }
        return values.Length > 0;
    }
}
