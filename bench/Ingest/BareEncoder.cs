using System.Diagnostics;
using ClipOrleans.Bench.Reports;
using ClipOrleans.Clip.Images;
using ClipOrleans.Clip.Inference;
using ClipOrleans.Clip.Models;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClipOrleans.Bench.Ingest;

/// <summary>Decode, resize and encode with the engine's own parts and nothing else: the most that an import could reach.</summary>
internal sealed class BareEncoder : IAsyncDisposable
{
    /// <summary>Images of one run of the model, as many as the server's default batch.</summary>
    private const int Batch = 16;

    private readonly ModelCatalog _catalog;
    private readonly ClipModel _model;
    private readonly ImagePipeline _pipeline = new(new ImageLimits());

    private BareEncoder(ModelCatalog catalog, ClipModel model) => (_catalog, _model) = (catalog, model);

    public static async Task<BareEncoder> OpenAsync()
    {
        const string name = "fashion-clip-mini";
        var catalog = new ModelCatalog([Path.Combine(Machine.Repository, "models")], name, new EncoderOptions(), NullLogger<ModelCatalog>.Instance);
        return new BareEncoder(catalog, await catalog.GetAsync(name));
    }

    /// <summary>Images a second, all cores busy: while one batch is in the model, others are decoded.</summary>
    public async Task<double> RateAsync(IReadOnlyList<ReadOnlyMemory<byte>> images)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = 2 * Environment.ProcessorCount };
        var watch = Stopwatch.StartNew();
        await Parallel.ForEachAsync(images.Chunk(Batch), options, async (batch, cancel) =>
        {
            var pixels = batch.Select(Decode).ToList();
            await _model.EncodeImagesAsync(pixels, cancel);
        });
        return images.Count / watch.Elapsed.TotalSeconds;
    }

    public async ValueTask DisposeAsync()
    {
        await _model.DisposeAsync();
        await _catalog.DisposeAsync();
    }

    private ReadOnlyMemory<byte> Decode(ReadOnlyMemory<byte> bytes)
    {
        var outcome = _pipeline.Prepare(bytes, _model.ImageInput, ThumbnailMode.None);
        return outcome.Succeeded ? outcome.Image.Pixels : throw new InvalidDataException($"A photo of the dataset was refused: {outcome.Error}");
    }
}
