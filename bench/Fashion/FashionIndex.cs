using System.Diagnostics;
using ClipOrleans.Client;
using ClipOrleans.Client.Documents;
using ClipOrleans.Client.Indexes;

namespace ClipOrleans.Bench.Fashion;

/// <summary>The article's index: photos through HTTP, five declared fields.</summary>
internal static class FashionIndex
{
    private static readonly string[] Fields = ["product_id", "category", "gender", "colour", "type"];

    /// <summary>Creates the index and imports every product as <c>clip import</c> does: bulk requests, several at a time. Returns the time of the import.</summary>
    public static async Task<TimeSpan> ImportAsync(ClipOrleansClient client, string name, IReadOnlyList<Product> products, KeepImages? keep = null)
    {
        await client.CreateIndexAsync(new IndexDefinition
        {
            Name = name,
            Fields = [.. Fields.Select(field => new FieldDefinition(field, FieldType.Keyword))],
            KeepImages = keep,
        });
        var watch = Stopwatch.StartNew();
        await foreach (var result in client.Index(name).UpsertManyAsync(Documents(products)))
        {
            if (result.Error is { } error)
            {
                throw new InvalidOperationException($"{result.Id}: {error.Detail}");
            }
        }

        return watch.Elapsed;
    }

    private static async IAsyncEnumerable<DocumentInput> Documents(IReadOnlyList<Product> products)
    {
        await Task.CompletedTask;
        foreach (var product in products)
        {
            yield return new DocumentInput { Id = product.Id, Image = product.Image, Metadata = product.Metadata() };
        }
    }
}
