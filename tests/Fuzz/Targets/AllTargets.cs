using ClipOrleans.Fuzz.Engine;

namespace ClipOrleans.Fuzz.Targets;

/// <summary>Every reader of bytes from outside.</summary>
internal static class AllTargets
{
    private static readonly FuzzTarget[] All =
    [
        new BodiesTarget(), new DocumentsTarget(), new FiltersTarget(), new StreamsTarget(), new FormsTarget(), new WordsTarget(),
        new ImagesTarget(), new LogTarget(), new ManifestsTarget(), new ArchivesTarget(), new TextsTarget(),
    ];

    /// <summary>All of them, or those that CLIPORLEANS_FUZZ_TARGETS names.</summary>
    public static IReadOnlyList<FuzzTarget> Wanted { get; } = Environment.GetEnvironmentVariable("CLIPORLEANS_FUZZ_TARGETS") is { Length: > 0 } names
        ? [.. names.Split(',', ' ').Select(Of)]
        : All;

    public static FuzzTarget Of(string name) =>
        Array.Find(All, target => target.Name == name) ?? throw new ArgumentException($"There is no target '{name}'; there are {string.Join(", ", All.Select(target => target.Name))}.", nameof(name));
}
