using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using ClipOrleans.Fuzz.Engine;
using ClipOrleans.Gateway.Json;
using ClipOrleans.Gateway.Search;
using ClipOrleans.Vectors;
using ClipOrleans.Vectors.Filters;
using ClipOrleans.Vectors.Kernels;
using ClipOrleans.Vectors.Tests;

namespace ClipOrleans.Fuzz.Targets;

/// <summary>
/// Filters: read by the gateway, brought to the form in which they travel, read again by the shard, and counted there as
/// a second, plain reading of the same JSON counts them.
/// </summary>
internal sealed class FiltersTarget : FuzzTarget
{
    private static readonly FieldSchema Schema = OpenIndexes.WithModel.Schema;
    private static readonly List<JsonElement> Documents = MakeDocuments();
    private static readonly CollectionView View = MakeView();

    public override string Name => "filters";

    public override string Promise => "the same filter at the shard, and exactly the documents that match; or a problem";

    public override IReadOnlyList<byte[]> Seeds { get; } = [.. ((string[])[
        """{"colour":"red","price":{"$gte":10,"$lt":50},"new":true}""",
        """{"$or":[{"colour":{"$in":["red","blue"]}},{"$not":{"tags":{"$all":["a","b"]}}}],"made":{"$gt":"2026-03-01"}}""",
        """{"place":{"$near":{"lat":48.1,"lon":11.5,"meters":20000}},"colour":{"$nin":["red"],"$exists":true}}""",
        """{"$and":[{"tags":"a"},{"price":{"$not":{"$eq":1}}},{}]}""",
        """{"price":{"$ne":3},"made":{"$lte":"2026-03-01T12:00:00.5+01:00"},"tags":{"$exists":false}}""",
        """{"colour":{"$near":1},"unknown":1,"$nope":[]}""",
    ]).Select(Encoding.UTF8.GetBytes)];

    public override IReadOnlyList<string> Dictionary { get; } =
    [
        "$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin", "$exists", "$all", "$near", "$and", "$or", "$not", "colour", "price", "new", "made", "tags", "place",
        "lat", "lon", "meters", "\"red\"", "\"a\"", "{\"$not\":", "{\"$and\":[", "[{},{}]", "\"2026-03-01\"", "\"2026-03-01T00:00:60Z\"", "\"0001-01-01T00:00:00+23:59\"",
        "\"9999-12-31T23:59:60.9999999Z\"", "-90", "180", "20037508.34", "1e308", "-0.0", "5e-324", "{\"colour\":{\"$eq\":\"red\"}}",
    ];

    public override string Run(byte[] input)
    {
        var isFilter = FilterParser.TryParse(input, Schema, out var direct, out var faults);
        BrokenPromiseException.Unless(isFilter || faults.Count > 0, "refused without a fault");
        var parsed = StrictJson.Parse(input, "The filter", Contracts.Errors.Slugs.InvalidFilter);
        if (!parsed.IsSuccess)
            return Answers.Refusal(parsed.Error);
        using var document = parsed.Value;
        var found = new Faults();
        var canonical = SearchReader.ReadFilter(document.RootElement, Schema, "/filter", found);
        if (canonical is null)
            return Answers.Refusal(found.ToError());
        BrokenPromiseException.Unless(isFilter || input.AsSpan().StartsWith(Encoding.UTF8.Preamble), "the gateway takes what the shard refuses");
        BrokenPromiseException.Unless(FilterParser.TryParse(canonical, Schema, out var travelled, out _), "the shard refuses the form in which it travels");
        var print = Print(travelled!);
        BrokenPromiseException.Unless(!isFilter || print == Print(direct!), $"another filter at the shard: {print}");
        Count(travelled!, document.RootElement);
        return Shape(travelled!);
    }

    private static void Count(Filter filter, JsonElement json)
    {
        var matching = View.CountMatches(filter);
        BrokenPromiseException.Unless(View.MatchingIds(filter, int.MaxValue, afterId: null).Count == matching, "the ids are not as many as counted");
        BrokenPromiseException.Unless(View.CountMatches(new NotFilter(filter)) == View.Count - matching, "a filter and its opposite are not everything");
        if (Expected(json) is not { } expected)
            return;
        BrokenPromiseException.Unless(matching == expected, $"documents that match: {matching}, where {expected} do");
    }

    /// <returns>Null where the plain reading knows no offset beyond 14 hours, which the other takes.</returns>
    private static int? Expected(JsonElement json)
    {
        try
        {
            return Documents.Count(document => NaiveModel.Matches(json, document, Schema));
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static string Print(Filter filter) => filter switch
    {
        AndFilter and => $"and({string.Join(',', and.Parts.Select(Print))})",
        OrFilter or => $"or({string.Join(',', or.Parts.Select(Print))})",
        NotFilter not => $"not({Print(not.Part)})",
        InFilter any => $"in({any.Field},{string.Join(',', any.Values)})",
        ContainsAllFilter all => $"all({all.Field},{string.Join(',', all.Values)})",
        _ => filter.ToString(),
    };

    /// <summary>Which operators stand in which.</summary>
    private static string Shape(Filter filter) => filter switch
    {
        AndFilter and => $"and({string.Join(',', and.Parts.Take(3).Select(Shape))})",
        OrFilter or => $"or({string.Join(',', or.Parts.Take(3).Select(Shape))})",
        NotFilter not => $"not({Shape(not.Part)})",
        _ => filter.GetType().Name,
    };

    private static List<JsonElement> MakeDocuments()
    {
        string[] colours = ["red", "blue", "", "é"];
        string[] times = ["2026-03-01", "2026-03-01T11:00:00.5Z", "0001-01-01", "9999-12-31T23:59:59.9999999Z"];
        var documents = new List<JsonElement>();
        for (var i = 0; i < 60; i++)
        {
            var members = new List<string>();
            if (i % 5 != 0)
                members.Add($"\"colour\":\"{colours[i % 4]}\"");
            if (i % 3 != 0)
                members.Add(string.Create(CultureInfo.InvariantCulture, $"\"price\":{(i % 7 == 0 ? "-0.0" : (i * 1.5).ToString(CultureInfo.InvariantCulture))}"));
            if (i % 2 == 0)
                members.Add($"\"new\":{(i % 4 == 0 ? "true" : "false")},\"made\":\"{times[i / 2 % 4]}\"");
            if (i % 4 != 1)
                members.Add(i % 8 == 0 ? "\"tags\":[]" : $"\"tags\":[\"a\",\"{colours[i % 4]}\"]");
            if (i % 6 == 0)
                members.Add(string.Create(CultureInfo.InvariantCulture, $"\"place\":{{\"lat\":{30 + i},\"lon\":{(i * 6) - 180}}}"));
            documents.Add(JsonDocument.Parse($"{{{string.Join(',', members)}}}").RootElement);
        }

        return documents;
    }

    private static CollectionView MakeView()
    {
        var collection = new VectorCollection(OpenIndexes.Dimensions, Schema);
        foreach (var (i, document) in Documents.Index())
        {
            float[] vector = [1, i, 2];
            VectorMath.TryNormalize(vector);
            var metadata = JsonMarshal.GetRawUtf8Value(document).ToArray();
            collection.Upsert($"d{i}", vector, MetadataReader.ReadLenient(metadata, Schema), i);
        }

        collection.Publish();
        return collection.View;
    }
}
