using ClipOrleans.Clip.Images;
using ClipOrleans.Clip.Models;

namespace ClipOrleans.Clip.Inference;

/// <summary>
/// A model in memory: texts and prepared pixels in, L2-normalised embeddings of one space out. Safe for any number of callers at once;
/// the work runs on threads of its own, so that callers only await.
/// </summary>
public sealed class ClipModel : IAsyncDisposable
{
    internal ClipModel(ModelManifest manifest) => Manifest = manifest;

    public ModelManifest Manifest { get; }

    public string Name => Manifest.Name;

    public string Revision => Manifest.Revision;

    public int Dimensions => Manifest.Dimensions;

    /// <summary>What <see cref="ImagePipeline"/> must prepare for this model.</summary>
    public ImageInputSpec ImageInput => Manifest.Image.Input;

    /// <summary>
    /// Embeds texts, one vector each, in order. Throws <see cref="EncoderOverloadedException"/> at once when the queue has no room for all
    /// of them, <see cref="ModelException"/> when the model fails on one.
    /// </summary>
    public Task<float[][]> EncodeTextsAsync(IReadOnlyList<string> texts, CancellationToken cancel = default) =>
        throw new NotSupportedException("No encoder yet.");

    /// <summary>
    /// Embeds images, one vector each, in order. Each is <see cref="ImageInputSpec.PixelBytes"/> long: anything else is an
    /// <see cref="ArgumentException"/>. Otherwise as <see cref="EncodeTextsAsync"/>.
    /// </summary>
    public Task<float[][]> EncodeImagesAsync(IReadOnlyList<ReadOnlyMemory<byte>> images, CancellationToken cancel = default) =>
        throw new NotSupportedException("No encoder yet.");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
