using System.Text;
using ClipOrleans.Storage.Tests.Documents;
using ClipOrleans.Vectors.Filters;
using ClipOrleans.Vectors.Kernels;
using ClipOrleans.Vectors.Search;

namespace ClipOrleans.Storage.Tests.Snapshots;

/// <summary>What a shard answers: every document whole, and hits, scores, counts, facets and orders of a set of searches.</summary>
internal static class Answers
{
    private static readonly string[] Filters =
        ["{}", """{"colour":"red"}""", """{"price":{"$gte":3,"$lt":9}}""", """{"$not":{"colour":{"$in":["blue","red"]}}}""", """{"price":{"$exists":true}}"""];

    public static async Task<List<string>> OfAsync(IShardReader shard, bool withDocuments = true)
    {
        List<string> answers = [$"{shard.View.Count} documents, version {shard.Descriptor.IndexVersion}"];
        if (withDocuments)
            answers.AddRange((await shard.DumpAsync()).Select(static document => $"{document.Key}: {document.Value}"));
        foreach (var text in Filters)
        {
            Assert.True(FilterParser.TryParse(Encoding.UTF8.GetBytes(text), shard.Descriptor.Schema, out var filter, out var faults), string.Join(' ', faults));
            for (var seed = 1; seed < 4; seed++)
            {
                foreach (var exact in (bool[])[true, false])
                {
                    var options = new SearchOptions { TopK = 20, Filter = filter, Facets = ["colour", "price"], FacetLimit = 5, Exact = exact };
                    var found = shard.View.Search(Query(seed), options);
                    answers.Add($"{text} {seed} {exact}: {found.Matched}, {string.Join(' ', found.Hits.Select(static hit => $"{hit.Id}={hit.Score:R}"))}");
                    answers.AddRange(found.Facets.Select(facet => $"{facet.Field} {facet.OtherCount} {string.Join(' ', facet.Values)}"));
                }
            }

            answers.Add(string.Join(' ', shard.View.MatchingIds(filter, 1_000, afterId: null)));
        }

        return answers;
    }

    private static float[] Query(int seed)
    {
        var query = new float[Samples.Dimensions];
        System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(Samples.Vector(seed + 100)).CopyTo(query);
        Assert.True(VectorMath.TryNormalize(query));
        return query;
    }
}
