using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.InteropServices;
using ClipOrleans.Contracts;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Search;
using ClipOrleans.Storage;
using ClipOrleans.Vectors.Filters;
using ClipOrleans.Vectors.Search;

namespace ClipOrleans.Grains.Shards;

/// <summary>One search on the newest view of a shard, from message to message; runs on a thread of the <see cref="SearchPool"/>.</summary>
internal static class ShardSearch
{
    public static Result<ShardHits> Run(IShardReader engine, int shard, ShardQuery query, double queuedMicroseconds, CancellationToken cancellation)
    {
        var descriptor = engine.Descriptor;
        Filter? filter = null;
        if (query.Filter is { } json && !FilterParser.TryParse(json, descriptor.Schema, out filter, out var faults))
            return ToError(faults);
        if (query.Vector is { } bytes && bytes.Length != descriptor.Dimensions * sizeof(float))
            return Error.Of(Slugs.DimensionMismatch, $"The query has {bytes.Length / sizeof(float)} numbers, the index has {descriptor.Dimensions} dimensions.");

        var options = new SearchOptions
        {
            TopK = query.TopK,
            MinScore = query.MinScore,
            Filter = filter,
            Exact = query.Exact,
            ExcludeId = query.ExcludeId,
            Facets = query.Facets,
            FacetLimit = Limits.MaxFacetValuesPerShard,
        };
        var view = engine.View;
        var outcome = query.Vector is { } vector
            ? view.Search(ToFloats(vector), options, cancellation)
            : view.Browse(query.AfterId, skip: 0, query.TopK, options);
        return ToHits(outcome, shard, queuedMicroseconds);
    }

    public static IReadOnlyList<long> Locators(byte[] bytes)
    {
        var locators = new long[bytes.Length / sizeof(long)];
        for (var i = 0; i < locators.Length; i++)
            locators[i] = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(i * sizeof(long)));
        return locators;
    }

    public static Error ToError(IReadOnlyList<InputFault> faults)
    {
        var slug = faults.Any(fault => fault.Kind is InputFaultKind.Malformed) ? Slugs.InvalidFilter : Slugs.UndeclaredField;
        return new Error(slug, faults[0].Message, [.. faults.Select(fault => new FieldError("/filter" + fault.Pointer, fault.Message))]);
    }

    private static ReadOnlySpan<float> ToFloats(byte[] littleEndian)
    {
        Debug.Assert(BitConverter.IsLittleEndian, "The vectors in memory and on the wire have the same bytes.");
        return MemoryMarshal.Cast<byte, float>(littleEndian);
    }

    private static ShardHits ToHits(SearchOutcome outcome, int shard, double queuedMicroseconds)
    {
        var hits = outcome.Hits;
        var ids = ImmutableArray.CreateBuilder<string>(hits.Count);
        var scores = new byte[hits.Count * sizeof(float)];
        var locators = new byte[hits.Count * sizeof(long)];
        for (var i = 0; i < hits.Count; i++)
        {
            ids.Add(hits[i].Id);
            BinaryPrimitives.WriteSingleLittleEndian(scores.AsSpan(i * sizeof(float)), hits[i].Score);
            BinaryPrimitives.WriteInt64LittleEndian(locators.AsSpan(i * sizeof(long)), hits[i].Locator);
        }

        var (plan, cost) = (outcome.Plan, outcome.Cost);
        return new ShardHits(
            ids.MoveToImmutable(),
            scores,
            locators,
            Rows: [],
            outcome.Matched,
            [.. outcome.Facets.Select(ToFacet)],
            plan.IsExact,
            new ShardPlan(
                shard, plan.Name, plan.LiveDocuments, plan.Matched, cost.RowsScored, plan.EstimatedMicroseconds,
                cost.FilterMicroseconds, cost.ScanMicroseconds, ReadMicroseconds: 0, queuedMicroseconds,
                plan.EffortLevel, cost.ListsProbed, cost.RowsCoded, cost.RowsRescored));
    }

    private static ShardFacet ToFacet(FacetCounts facet)
    {
        var counts = new byte[facet.Values.Count * sizeof(long)];
        for (var i = 0; i < facet.Values.Count; i++)
            BinaryPrimitives.WriteInt64LittleEndian(counts.AsSpan(i * sizeof(long)), facet.Values[i].Count);
        return new ShardFacet(facet.Field, [.. facet.Values.Select(value => value.Value)], counts, facet.OtherCount);
    }
}
