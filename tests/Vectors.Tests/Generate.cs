using System.Globalization;
using System.Text.Json;
using ClipOrleans.Vectors.Filters;
using CsCheck;

namespace ClipOrleans.Vectors.Tests;

/// <summary>Documents and filters as JSON text, over few enough values that equality, ties and empty results all happen.</summary>
internal static class Generate
{
    public static FieldSchema Schema { get; } = new(
    [
        new("colour", FieldType.Keyword),
        new("a/b~c", FieldType.Keyword),
        new("price", FieldType.Number),
        new("stock", FieldType.Number),
        new("sale", FieldType.Boolean),
        new("added", FieldType.DateTime),
        new("tags", FieldType.KeywordList),
        new("place", FieldType.Geo),
    ]);

    private static readonly string[] Comparisons = ["$gt", "$gte", "$lt", "$lte"];

    private static readonly Gen<string> Keyword = Gen.OneOf("Red", "Blue", "red", "", "Größe", "😀", "x").Select(Quote);

    private static readonly Gen<string> Number = Gen.OneOf(
        Gen.OneOf("0", "-0.0", "1", "1.0", "2.5", "-2.5", "1e300", "-1e300", "5e-324", "9007199254740993"),
        Gen.Int[-20, 20].Select(n => n.ToString(CultureInfo.InvariantCulture)));

    private static readonly Gen<string> Boolean = Gen.OneOf("true", "false");

    private static readonly Gen<string> Instant = Gen.OneOf(
        "2026-03-01", "2026-03-01T00:00:00Z", "2026-03-01T02:00:00+02:00", "2026-02-28T23:59:59.9999999Z", "1969-12-31T23:59:59-11:30",
        "2026-03-01T00:00:00.5Z", "0001-01-01", "9999-12-31T23:59:59Z").Select(Quote);

    private static readonly Gen<string> Degrees = Gen.OneOf("90", "-90", "0", "52.52", "52.5201", "-33.9");

    private static readonly Gen<string> Meridian = Gen.OneOf("180", "-180", "0", "13.405", "13.4051", "-179.9999");

    private static readonly Gen<string> Meters =
        Gen.OneOf(Gen.Double[0, 100], Gen.Double[0, 2e7]).Select(n => n.ToString("R", CultureInfo.InvariantCulture));

    public static Gen<string> Document { get; } = Gen.Select(
        Gen.Select(Member("colour", Keyword), Member("a/b~c", Keyword), Member("price", Number), Member("stock", Number)),
        Gen.Select(
            Member("sale", Boolean),
            Member("added", Instant),
            Member("tags", Keyword.Array[0, 4].Select(tags => $"[{string.Join(',', tags)}]")),
            Member("place", Gen.Select(Degrees, Meridian, (lat, lon) => $"{{\"lat\":{lat},\"lon\":{lon}}}"))),
        (a, b) => Object([a.Item1, a.Item2, a.Item3, a.Item4, b.Item1, b.Item2, b.Item3, b.Item4, "\"undeclared\":{\"x\":[1]}"]));

    public static Gen<string> Filter { get; } = FilterOfDepth(3);

    public static string Quote(string text) => JsonSerializer.Serialize(text);

    /// <summary>An object of members, of which blank ones are left out and of equal names the first counts.</summary>
    private static string Object(IEnumerable<string> members) =>
        $"{{{string.Join(',', members.Where(member => member.Length > 0).DistinctBy(member => member[..member.IndexOf(':', StringComparison.Ordinal)]))}}}";

    private static Gen<string> Member(string name, Gen<string> value) => Gen.Frequency(
        (5, value.Select(v => $"{Quote(name)}:{v}")),
        (2, Gen.Const("")),
        (1, Gen.Const($"{Quote(name)}:null")));

    private static Gen<string> FilterOfDepth(int depth)
    {
        var condition = Gen.Frequency(
            (4, Condition("colour", Keyword)),
            (2, Condition("a/b~c", Keyword)),
            (4, Condition("price", Number, Ordered(Number))),
            (2, Condition("stock", Number, Ordered(Number))),
            (2, Condition("sale", Boolean)),
            (4, Condition("added", Instant, Ordered(Instant))),
            (4, Condition("tags", Keyword, Keyword.Array[1, 3].Select(all => $"\"$all\":[{string.Join(',', all)}]"))),
            (3, Place));
        if (depth == 0)
            return Members(condition).Select(Object);
        var inner = FilterOfDepth(depth - 1);
        var list = inner.Array[1, 3].Select(parts => $"[{string.Join(',', parts)}]");
        var member = Gen.Frequency(
            (5, condition),
            (1, list.Select(parts => $"\"$and\":{parts}")),
            (2, list.Select(parts => $"\"$or\":{parts}")),
            (1, inner.Select(part => $"\"$not\":{part}")));
        return Members(member).Select(Object);
    }

    /// <summary>Seldom none, which matches everything, and seldom many, which match nothing.</summary>
    private static Gen<string[]> Members(Gen<string> member) =>
        Gen.Frequency((1, Gen.Const(Array.Empty<string>())), (12, member.Array[1]), (5, member.Array[2]), (1, member.Array[3]));

    private static Gen<string> Ordered(Gen<string> value) => Gen.Select(Gen.OneOf(Comparisons), value, (name, v) => $"\"{name}\":{v}");

    private static Gen<string> Condition(string field, Gen<string> value, Gen<string>? more = null)
    {
        var one = Gen.OneOf(
            Gen.Select(Gen.OneOf("$eq", "$ne"), value, (name, v) => $"\"{name}\":{v}"),
            Gen.Select(Gen.OneOf("$in", "$nin"), value.Array[0, 3], (name, all) => $"\"{name}\":[{string.Join(',', all)}]"),
            Gen.Bool.Select(exists => $"\"$exists\":{(exists ? "true" : "false")}"));
        var any = more is null ? one : Gen.OneOf(one, more, more);
        var operators = any.Array[1, 3].Select(Object);
        return Gen.Frequency((3, value), (5, operators), (1, operators.Select(inner => $"{{\"$not\":{inner}}}")))
            .Select(condition => $"{Quote(field)}:{condition}");
    }

    private static Gen<string> Place =>
        Gen.OneOf(
            Gen.Select(Degrees, Meridian, Meters, (lat, lon, meters) => $"{{\"$near\":{{\"lat\":{lat},\"lon\":{lon},\"meters\":{meters}}}}}"),
            Gen.Bool.Select(exists => $"{{\"$exists\":{(exists ? "true" : "false")}}}"))
        .Select(condition => $"\"place\":{condition}");
}
