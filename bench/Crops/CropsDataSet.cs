using System.Globalization;
using ClipOrleans.Bench.Fashion;
using ClipOrleans.Bench.Reports;
using ClipOrleans.Bench.Vectors;
using ClipOrleans.Clip.Images;
using ClipOrleans.Clip.Inference;
using ClipOrleans.Clip.Models;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClipOrleans.Bench.Crops;

/// <summary>
/// What the default model makes of random crops of product photos, searched with product titles. Real embeddings, but of
/// low rank: they flatter every index, and are reported rather than tuned for.
/// </summary>
internal static class CropsDataSet
{
    private const int MaxQueries = 1000;
    private const int Batch = 16;
    private const string Model = "fashion-clip-mini";

    /// <summary>The kept set, or a new one; null with a word on the console where the photos are not on this machine.</summary>
    public static async Task<VectorDataSet?> TryOpenAsync(int count, int seed)
    {
        var folder = Path.Combine(VectorDataSet.Cache, string.Create(CultureInfo.InvariantCulture, $"crops-{count}-{seed}"));
        if (VectorDataSet.TryRead(folder) is { } kept)
            return kept;
        var source = Path.GetFullPath(Path.Combine(Machine.Repository, "..", "shared", "data"));
        if (PhotoFiles.TryRead(source) is not { } photos || FashionData.TryLoad() is not { } products)
        {
            Console.WriteLine($"SKIPPED: crops need the product photos, fashion and fashion-small, in {source}.");
            return null;
        }

        Console.WriteLine($"embedding {count} crops of {photos.Count} photos into {folder}");
        await using var catalog = new ModelCatalog([Path.Combine(Machine.Repository, "models")], Model, new EncoderOptions(), NullLogger<ModelCatalog>.Instance);
        await using var model = await catalog.GetAsync(Model);
        var titles = products.Select(product => product.Title).Distinct().Order(StringComparer.Ordinal).ToArray();
        new Random(seed).Shuffle(titles);
        var vectors = await EmbedAsync(photos, model, count, seed);
        var queries = (await model.EncodeTextsAsync([.. titles.Take(MaxQueries)])).SelectMany(vector => vector).ToArray();
        return VectorDataSet.Keep(folder, model.Dimensions, vectors, queries);
    }

    /// <summary>Row r is a crop of photo r mod P: an index that grows sees them mixed, as a shop's photos come.</summary>
    private static async Task<float[]> EmbedAsync(List<byte[]> photos, ClipModel model, int count, int seed)
    {
        var vectors = new float[checked(count * model.Dimensions)];
        var pipeline = new ImagePipeline(new ImageLimits());
        var options = new ParallelOptions { MaxDegreeOfParallelism = 2 * Environment.ProcessorCount };
        await Parallel.ForEachAsync(Enumerable.Range(0, Math.Min(photos.Count, count)), options, async (photo, cancel) =>
        {
            var cropper = new PhotoCropper(pipeline, model.ImageInput, photos[photo]);
            var random = new Random((seed * 1_000_003) + photo);
            var rows = Rows(photo, photos.Count, count).ToList();
            foreach (var batch in rows.Chunk(Batch))
            {
                var embedded = await model.EncodeImagesAsync([.. batch.Select(_ => cropper.Next(random))], cancel);
                foreach (var (i, row) in batch.Index())
                    embedded[i].CopyTo(vectors.AsSpan(row * model.Dimensions));
            }
        });
        return vectors;
    }

    private static IEnumerable<int> Rows(int photo, int photos, int count)
    {
        for (var row = photo; row < count; row += photos)
            yield return row;
    }
}
