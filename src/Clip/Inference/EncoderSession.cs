using ClipOrleans.Clip.Models;
using ClipOrleans.Clip.Text;
using Microsoft.ML.OnnxRuntime;

namespace ClipOrleans.Clip.Inference;

/// <summary>
/// Both towers of one model, open. Each run uses the calling thread (and <see cref="EncoderOptions.ThreadsPerRun"/> − 1 more), so the
/// caller decides how many run at once. Safe for any number of threads.
/// </summary>
internal sealed class EncoderSession : IDisposable
{
    private readonly List<IDisposable> _owned;

    private EncoderSession(ClipTokenizer tokenizer, TextTower text, ImageTower image, List<IDisposable> owned)
    {
        (Tokenizer, Text, Image) = (tokenizer, text, image);
        _owned = owned;
    }

    public ClipTokenizer Tokenizer { get; }

    public TextTower Text { get; }

    public ImageTower Image { get; }

    /// <summary>Opens the model in <paramref name="folder"/> and checks that graphs and manifest agree. Throws <see cref="ModelException"/>.</summary>
    public static EncoderSession Open(string folder, ModelManifest manifest, EncoderOptions options)
    {
        var owned = new List<IDisposable>();
        try
        {
            var tokenizer = ClipTokenizer.Load(folder, manifest.Text);
            var fused = manifest.Onnx.Text.File == manifest.Onnx.Image.File;
            var textGraph = OpenGraph(folder, manifest.Onnx.Text.File, "the text tower", options, owned);
            var imageGraph = fused ? textGraph : OpenGraph(folder, manifest.Onnx.Image.File, "the image tower", options, owned);
            var shape = GraphShape.Of(folder, textGraph);
            var image = fused ? TextTower.Dummies(manifest, tokenizer, shape) : [];
            var text = fused && shape.Input(manifest.Onnx.Image.Input) is not null ? ImageTower.Dummies(manifest) : [];
            owned.AddRange(image.Concat(text).Select(d => d.Value));
            var textTower = new TextTower(folder, manifest, tokenizer, textGraph, text);
            owned.Add(textTower);
            var imageTower = new ImageTower(folder, manifest, imageGraph, image);
            owned.Add(imageTower);
            return new EncoderSession(tokenizer, textTower, imageTower, owned);
        }
        catch
        {
            owned.ForEach(o => o.Dispose());
            throw;
        }
    }

    public void Dispose() => _owned.ForEach(o => o.Dispose());

    private static InferenceSession OpenGraph(string folder, string file, string what, EncoderOptions options, List<IDisposable> owned)
    {
        using var session = new SessionOptions
        {
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            IntraOpNumThreads = options.ThreadsPerRun,
            InterOpNumThreads = 1,
            EnableMemoryPattern = false, // batches differ in size and length: a pattern a shape would be kept for ever
        };
        session.AddSessionConfigEntry("session.intra_op.allow_spinning", "0"); // waiting threads leave the core to the shards
        session.AddSessionConfigEntry("session.set_denormal_as_zero", "1");
        var graph = Onnx.Open(ModelFile.Existing(folder, file, what), session);
        owned.Add(graph);
        return graph;
    }
}
