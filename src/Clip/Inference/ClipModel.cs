using ClipOrleans.Clip.Images;
using ClipOrleans.Clip.Models;

namespace ClipOrleans.Clip.Inference;

/// <summary>
/// A model in memory: texts and prepared pixels in, L2-normalised embeddings of one space out. Safe for any number of callers at once;
/// the work runs on threads of its own, so that callers only await.
/// </summary>
public sealed class ClipModel : IAsyncDisposable
{
    /// <summary>
    /// Texts share a batch only with texts up to the same of these lengths (in tokens), since a batch is as long as its longest: queries
    /// are mostly up to 8, titles up to 16 or 32.
    /// </summary>
    private static readonly int[] LengthBuckets = [8, 16, 32, 64];

    private readonly EncoderSession _session;
    private readonly MicroBatcher _batcher;

    private ClipModel(ModelManifest manifest, EncoderSession session, EncoderOptions options)
    {
        Manifest = manifest;
        MaxInputs = options.QueueLength;
        _session = session;
        BatchLimits Limits(Tower tower) => new(options.QueueLength, tower.OneAtATime ? 1 : options.MaxBatch, TimeSpan.FromMilliseconds(options.MaxRunMilliseconds), TimeSpan.FromMilliseconds(options.MaxSharedRunMilliseconds));
        var texts = new BatchLane<int[]>("text", Limits(session.Text), LengthBuckets.Length + 1, ids => Bucket(ids.Length), session.Text.Run);
        var images = new BatchLane<ReadOnlyMemory<byte>>("image", Limits(session.Image), 1, _ => 0, session.Image.Run);
        var threads = options.Workers > 0 ? options.Workers : Environment.ProcessorCount;
        _batcher = new MicroBatcher($"encoder {manifest.Name}", threads, texts, images);
    }

    public ModelManifest Manifest { get; }

    public string Name => Manifest.Name;

    public string Revision => Manifest.Revision;

    public int Dimensions => Manifest.Dimensions;

    /// <summary>Most texts, and most images, in one call (<see cref="EncoderOptions.QueueLength"/>).</summary>
    public int MaxInputs { get; }

    /// <summary>What <see cref="ImagePipeline"/> must prepare for this model.</summary>
    public ImageInputSpec ImageInput => Manifest.Image.Input;

    /// <summary>Reads the model in <paramref name="folder"/> into memory. Throws <see cref="ModelException"/>.</summary>
    public static ClipModel Load(string folder, EncoderOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var manifest = ModelManifestFile.ReadOrInfer(folder);
        return new ClipModel(manifest, EncoderSession.Open(folder, manifest, options), options);
    }

    /// <summary>
    /// Embeds texts, one vector each, in order. Throws <see cref="EncoderOverloadedException"/> at once when the queue has no room for all
    /// of them, <see cref="ModelException"/> when the model fails on one, <see cref="ArgumentException"/> for more than <see cref="MaxInputs"/>.
    /// </summary>
    public Task<float[][]> EncodeTextsAsync(IReadOnlyList<string> texts, CancellationToken cancel = default) => EncodeTextsAsync(texts, "", cancel);

    /// <summary>As the other, for one of several who take turns.</summary>
    public Task<float[][]> EncodeTextsAsync(IReadOnlyList<string> texts, string owner, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(texts);
        CheckCount(texts.Count);
        var ids = new int[texts.Count][];
        for (var i = 0; i < ids.Length; i++)
            ids[i] = _session.Tokenizer.Encode(texts[i]);
        return _batcher.SubmitAsync(_batcher.Texts, owner, ids, cancel);
    }

    /// <summary>
    /// Embeds images, one vector each, in order. Each is <see cref="ImageInputSpec.PixelBytes"/> long: anything else is an
    /// <see cref="ArgumentException"/>. Otherwise as for texts.
    /// </summary>
    public Task<float[][]> EncodeImagesAsync(IReadOnlyList<ReadOnlyMemory<byte>> images, CancellationToken cancel = default) => EncodeImagesAsync(images, "", cancel);

    /// <summary>As the other, for one of several who take turns.</summary>
    public Task<float[][]> EncodeImagesAsync(IReadOnlyList<ReadOnlyMemory<byte>> images, string owner, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(images);
        CheckCount(images.Count);
        foreach (var image in images)
        {
            if (image.Length != ImageInput.PixelBytes)
                throw new ArgumentException($"An image of {image.Length} bytes: {Name} takes {ImageInput.Width} × {ImageInput.Height} RGB, {ImageInput.PixelBytes} bytes.", nameof(images));
        }

        return _batcher.SubmitAsync(_batcher.Images, owner, images, cancel);
    }

    /// <summary>One run of the text tower over texts of any lengths, on the calling thread: for checking the model, not for serving.</summary>
    internal float[][] EncodeTogether(IReadOnlyList<string> texts) => _session.Text.Run([.. texts.Select(_session.Tokenizer.Encode)]);

    public async ValueTask DisposeAsync()
    {
        await _batcher.DisposeAsync().ConfigureAwait(false);
        _session.Dispose();
    }

    private static int Bucket(int length)
    {
        var bucket = Array.BinarySearch(LengthBuckets, length);
        return bucket >= 0 ? bucket : ~bucket;
    }

    private void CheckCount(int count)
    {
        if (count > MaxInputs)
            throw new ArgumentException($"{count} inputs in one call: at most {MaxInputs}, the length of the queue.");
    }
}
