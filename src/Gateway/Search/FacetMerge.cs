using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using ClipOrleans.Contracts.Search;
using ClipOrleans.Gateway.Indexes;
using ClipOrleans.Gateway.Wire;
using ClipOrleans.Vectors.Filters;

namespace ClipOrleans.Gateway.Search;

/// <summary>The values of one field, most frequent first, and how often all others occur together.</summary>
internal sealed record MergedFacet(string Field, IReadOnlyList<FacetValueWire> Values, long Omitted);

/// <summary>Adds up what the shards counted.</summary>
internal static class FacetMerge
{
    private const int MaxValues = 100;

    public static IReadOnlyList<MergedFacet> Merge(OpenIndex index, IReadOnlyList<string> fields, IEnumerable<Leg> legs)
    {
        var answered = legs.Where(leg => leg.Hits is not null).SelectMany(leg => leg.Hits!.Facets).ToLookup(facet => facet.Field, StringComparer.Ordinal);
        return [.. fields.Select(field => Merge(field, TypeOf(index, field), answered[field]))];
    }

    private static MergedFacet Merge(string field, FieldType type, IEnumerable<ShardFacet> facets)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        var other = 0L;
        foreach (var facet in facets)
        {
            other += facet.OtherCount;
            for (var i = 0; i < facet.Values.Length; i++)
                counts[facet.Values[i]] = counts.GetValueOrDefault(facet.Values[i]) + BinaryPrimitives.ReadInt64LittleEndian(facet.Counts.AsSpan(i * sizeof(long)));
        }

        var ordered = counts.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).ToList();
        return new MergedFacet(
            field,
            [.. ordered.Take(MaxValues).Select(pair => new FacetValueWire { Value = ValueOf(type, pair.Key), Count = pair.Value })],
            other + ordered.Skip(MaxValues).Sum(pair => pair.Value));
    }

    /// <summary>Shards send values as text; numbers and booleans go out as what they are.</summary>
    private static RawJson ValueOf(FieldType type, string text) => new(type switch
    {
        FieldType.Number => JsonSerializer.SerializeToUtf8Bytes(double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture), GatewayJson.Relaxed.Double),
        FieldType.Boolean => JsonSerializer.SerializeToUtf8Bytes(bool.Parse(text), GatewayJson.Relaxed.Boolean),
        _ => JsonSerializer.SerializeToUtf8Bytes(text, GatewayJson.Relaxed.String),
    });

    private static FieldType TypeOf(OpenIndex index, string field) =>
        index.Schema.TryGet(field, out _, out var declared) ? declared.Type : throw new InvalidOperationException($"The facet '{field}' was not checked.");
}
