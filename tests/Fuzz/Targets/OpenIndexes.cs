using System.Collections.Immutable;
using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Gateway.Indexes;

namespace ClipOrleans.Fuzz.Targets;

/// <summary>The index that all requests are about: a field of each type, and few dimensions, so that a vector is quickly written.</summary>
internal static class OpenIndexes
{
    public const int Dimensions = 3;

    private static readonly DateTimeOffset Then = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static readonly ImmutableArray<FieldSpec> Fields =
        [new("colour", "keyword"), new("price", "number"), new("new", "boolean"), new("made", "datetime"), new("tags", "keyword[]"), new("place", "geo")];

    public static OpenIndex WithModel { get; } = Make("toy");

    public static OpenIndex WithoutModel { get; } = Make(IndexSpec.NoModel);

    private static OpenIndex Make(string model) => new(new IndexDescription(
        "default", new IndexSpec("shop", model, "r1", Dimensions, Fields, 1, 0.95, KeepImages.None), 1, 1, Then, Then));
}
