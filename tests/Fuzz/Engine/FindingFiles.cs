using System.IO.Hashing;

namespace ClipOrleans.Fuzz.Engine;

/// <summary>Where inputs lie: those that are kept in the repository, and those that a run has found.</summary>
internal static class FindingFiles
{
    private static string OfBuild(string kind) => Path.Combine(AppContext.BaseDirectory, kind);

    /// <summary>Inputs that once broke something: a folder for each target, a file for each input.</summary>
    public static IReadOnlyList<(string Name, byte[] Input)> FoundBefore(string target) =>
        Directory.Exists(Path.Combine(OfBuild("Found"), target))
            ? [.. Directory.EnumerateFiles(Path.Combine(OfBuild("Found"), target)).Order(StringComparer.Ordinal).Select(path => (Path.GetFileName(path), File.ReadAllBytes(path)))]
            : [];

    /// <summary>Inputs of earlier long runs that take a way through the code that no other of them takes: a line each, in base64.</summary>
    public static IReadOnlyList<byte[]> Kept(string target) =>
        File.Exists(Path.Combine(OfBuild("Corpus"), target + ".txt"))
            ? [.. File.ReadAllLines(Path.Combine(OfBuild("Corpus"), target + ".txt")).Select(Convert.FromBase64String)]
            : [];

    /// <summary>Writes down what was found, outside of the repository's own files.</summary>
    /// <returns>Where.</returns>
    public static string Write(string target, Finding finding)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Environment.GetEnvironmentVariable("CLIPORLEANS_FUZZ_FOUND") ?? OfBuild("Findings"), target));
        var path = Path.Combine(folder.FullName, $"{finding.Kind.ToString().ToLowerInvariant()}-{XxHash32.HashToUInt32(finding.Input):x8}");
        File.WriteAllBytes(path, finding.Input);
        File.WriteAllText(path + ".txt", $"{finding.Where}\n{finding.Detail}\n");
        return path;
    }
}
