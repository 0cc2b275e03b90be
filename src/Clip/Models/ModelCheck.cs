using System.Diagnostics;
using ClipOrleans.Clip.Inference;

namespace ClipOrleans.Clip.Models;

/// <summary>
/// Tries a model folder before anything relies on it: it loads, both towers give unit vectors of the manifest's size, different inputs give
/// different vectors, and a text's vector does not depend on what shares its batch.
/// </summary>
public static class ModelCheck
{
    /// <summary>Two vectors of one input computed in different company: rounding only.</summary>
    private const double Same = 0.9999;

    /// <summary>Above this, two different inputs were not told apart.</summary>
    private const double Indistinct = 0.999999;

    private const string Short = "a red shoe";

    private const string Long = "a photograph of a small blue teapot on a wooden table beside an open window with green curtains";

    private static readonly (string Name, byte Red, byte Green, byte Blue)[] Colours =
    [
        ("red", 220, 20, 30), ("green", 30, 150, 50), ("blue", 30, 60, 200), ("yellow", 250, 220, 30), ("black", 10, 10, 10), ("white", 250, 250, 250),
    ];

    /// <summary>Throws <see cref="ModelException"/> that says what is wrong and what would be right.</summary>
    public static async Task<ModelReport> RunAsync(string folder, CancellationToken cancel = default)
    {
        var inferred = !File.Exists(Path.Combine(folder, ModelManifestFile.FileName));
        var started = Stopwatch.GetTimestamp();
        await using var model = await Task.Run(() => ClipModel.Load(folder, new EncoderOptions { Workers = 1 }), cancel).ConfigureAwait(false);
        var loadTime = Stopwatch.GetElapsedTime(started);
        await CheckTextsAsync(model, folder, cancel).ConfigureAwait(false);
        await CheckImagesAsync(model, folder, cancel).ConfigureAwait(false);
        var textTime = await TimeAsync(() => model.EncodeTextsAsync([Short], cancel)).ConfigureAwait(false);
        var imageTime = await TimeAsync(() => model.EncodeImagesAsync([Plain(model, Colours[0])], cancel)).ConfigureAwait(false);
        var matches = await CountColourMatchesAsync(model, cancel).ConfigureAwait(false);
        return new ModelReport(model.Manifest, inferred, loadTime, textTime, imageTime, matches, Colours.Length);
    }

    private static async Task CheckTextsAsync(ClipModel model, string folder, CancellationToken cancel)
    {
        var alone = (await model.EncodeTextsAsync([Short], cancel).ConfigureAwait(false))[0];
        var other = (await model.EncodeTextsAsync([Long], cancel).ConfigureAwait(false))[0];
        if (Embeddings.Dot(alone, other) > Indistinct)
            throw Useless(folder, model.Manifest.Onnx.Text, $"'{Short}' and '{Long}'");

        // The tower is called directly: the queue would not put a short and a long text into one batch.
        var together = model.EncodeTogether([Short, Long]);
        if (Embeddings.Dot(alone, together[0]) < Same)
        {
            throw new ModelException(ModelFault.RunFailed, folder, $"{model.Manifest.Onnx.Text.File} gives '{Short}' another vector when a longer text shares its batch: "
                + "padding counts in this graph. Set text.fixedLength to true in the manifest, or text.padToken to the token it was trained with.");
        }
    }

    private static async Task CheckImagesAsync(ClipModel model, string folder, CancellationToken cancel)
    {
        var embeddings = await model.EncodeImagesAsync([Plain(model, Colours[0]), Plain(model, Colours[2])], cancel).ConfigureAwait(false);
        if (Embeddings.Dot(embeddings[0], embeddings[1]) > Indistinct)
            throw Useless(folder, model.Manifest.Onnx.Image, "a red and a blue image");
    }

    private static async Task<int> CountColourMatchesAsync(ClipModel model, CancellationToken cancel)
    {
        var images = await model.EncodeImagesAsync([.. Colours.Select(c => Plain(model, c))], cancel).ConfigureAwait(false);
        var texts = await model.EncodeTextsAsync([.. Colours.Select(c => $"the colour {c.Name}")], cancel).ConfigureAwait(false);
        return images.Where((image, i) => Nearest(image, texts) == i).Count();
    }

    private static int Nearest(float[] vector, float[][] candidates) =>
        Enumerable.Range(0, candidates.Length).MaxBy(i => Embeddings.Dot(vector, candidates[i]));

    private static async Task<TimeSpan> TimeAsync(Func<Task> run)
    {
        var started = Stopwatch.GetTimestamp();
        await run().ConfigureAwait(false);
        return Stopwatch.GetElapsedTime(started);
    }

    private static ReadOnlyMemory<byte> Plain(ClipModel model, (string Name, byte Red, byte Green, byte Blue) colour)
    {
        var pixels = new byte[model.ImageInput.PixelBytes];
        for (var at = 0; at < pixels.Length; at += 3)
            (pixels[at], pixels[at + 1], pixels[at + 2]) = (colour.Red, colour.Green, colour.Blue);
        return pixels;
    }

    private static ModelException Useless(string folder, TowerSection tower, string inputs) =>
        new(ModelFault.RunFailed, folder, $"{tower.File} gives {inputs} the same vector: its input '{tower.Input}' or its output '{tower.Output}' is not what the manifest takes it for.");
}
