using System.Text.Json.Nodes;
using ClipOrleans.Clip.Text;

namespace ClipOrleans.Clip.Tests.Models;

/// <summary>
/// A folder as a Hugging Face ONNX export leaves it, with towers small enough to compute by hand: a text is the sum of its tokens' vectors
/// (the end token's is zero), an image the mean of its three channels, and both are multiplied by a matrix.
/// </summary>
internal sealed class ExportFolder : IDisposable
{
    public const int Hidden = 6;
    public const int Dimensions = 4;
    public const int Side = 8;
    public const int ContextLength = 16;

    private static readonly string[] Merges = ["r e", "re d</w>", "s h", "o e</w>", "sh oe</w>"];

    private readonly TemporaryFolder _folder = new();

    public ExportFolder()
    {
        Tokens = [.. ByteSymbols.All.Select(s => s.ToString()), .. ByteSymbols.All.Select(s => s + "</w>"), "re", "red</w>", "sh", "oe</w>", "shoe</w>", "<|startoftext|>", "<|endoftext|>"];
        var random = new Random(20);
        TokenVectors = Numbers(random, Tokens.Count * Hidden);
        Array.Clear(TokenVectors, (Tokens.Count - 1) * Hidden, Hidden);
        TextProjection = Numbers(random, Hidden * Dimensions);
        ImageProjection = Numbers(random, 3 * Dimensions);
        WriteConfig(new JsonObject { ["model_type"] = "clip", ["projection_dim"] = Dimensions, ["text_config"] = new JsonObject { ["max_position_embeddings"] = ContextLength } });
        WritePreprocessor(new JsonObject
        {
            ["size"] = new JsonObject { ["shortest_edge"] = Side },
            ["do_center_crop"] = true,
            ["crop_size"] = new JsonObject { ["height"] = Side, ["width"] = Side },
            ["resample"] = 3,
            ["image_mean"] = new JsonArray(0.1f, 0.2f, 0.3f),
            ["image_std"] = new JsonArray(0.5f, 0.6f, 0.7f),
        });
        WriteVocabulary();
    }

    public string Path => _folder.Path;

    public IReadOnlyList<string> Tokens { get; }

    public float[] TokenVectors { get; }

    /// <summary>[hidden, dimensions].</summary>
    public float[] TextProjection { get; }

    /// <summary>[3, dimensions].</summary>
    public float[] ImageProjection { get; }

    public string File(string relative) => _folder.File(relative);

    public void WriteConfig(JsonObject config) => System.IO.File.WriteAllText(File("config.json"), config.ToJsonString());

    public void WritePreprocessor(JsonObject config) => System.IO.File.WriteAllText(File("preprocessor_config.json"), config.ToJsonString());

    /// <summary>Both towers as the usual export: separate files, int64 ids, pooled and projected outputs.</summary>
    public void WriteUsualTowers()
    {
        WithTextTower(new OnnxGraph().Input("input_ids", OnnxType.Int64, -1, -1), masked: false).Output("text_embeds", -1, Dimensions).Save(File("onnx/text_model.onnx"));
        WithImageTower(new OnnxGraph().Input("pixel_values", OnnxType.Float, -1, 3, Side, Side)).Output("image_embeds", -1, Dimensions).Save(File("onnx/vision_model.onnx"));
    }

    /// <summary>Nodes from <c>input_ids</c> (and the mask) to <c>text_embeds</c>, over <c>text_hidden</c> and <c>text_sum</c>.</summary>
    public OnnxGraph WithTextTower(OnnxGraph graph, bool masked)
    {
        graph.Constant("token_vectors", TokenVectors, Tokens.Count, Hidden).Constant("text_projection", TextProjection, Hidden, Dimensions).Constant("sequence_axis", 1);
        graph.Node("Gather", ["token_vectors", "input_ids"], "vectors");
        if (masked)
        {
            graph.Constant("last_axis", -1)
                .Node("Cast", ["attention_mask"], "mask", ("to", (int)OnnxType.Float))
                .Node("Unsqueeze", ["mask", "last_axis"], "mask_column")
                .Node("Mul", ["vectors", "mask_column"], "text_hidden");
        }
        else
        {
            graph.Node("Identity", ["vectors"], "text_hidden");
        }

        return graph.Node("ReduceSum", ["text_hidden", "sequence_axis"], "text_sum", ("keepdims", 0)).Node("MatMul", ["text_sum", "text_projection"], "text_embeds");
    }

    /// <summary>Nodes from <c>pixel_values</c> to <c>image_embeds</c>, over <c>image_mean</c> [batch, 3].</summary>
    public OnnxGraph WithImageTower(OnnxGraph graph) => graph
        .Constant("image_projection", ImageProjection, 3, Dimensions)
        .Node("GlobalAveragePool", ["pixel_values"], "pool")
        .Node("Flatten", ["pool"], "image_mean")
        .Node("MatMul", ["image_mean", "image_projection"], "image_embeds");

    /// <summary>What the text tower must give for <paramref name="tokens"/> (start and end token are added here).</summary>
    public float[] ExpectedText(params string[] tokens)
    {
        var sum = new float[Hidden];
        foreach (var token in tokens.Prepend("<|startoftext|>"))
        {
            for (var i = 0; i < Hidden; i++)
                sum[i] += TokenVectors[(IndexOf(token) * Hidden) + i];
        }

        return Unit(Multiply(sum, TextProjection));
    }

    /// <summary>What the image tower must give for a plain image of one colour.</summary>
    public float[] ExpectedImage(byte red, byte green, byte blue) =>
        Unit(Multiply([((red / 255f) - 0.1f) / 0.5f, ((green / 255f) - 0.2f) / 0.6f, ((blue / 255f) - 0.3f) / 0.7f], ImageProjection));

    public static byte[] PlainImage(byte red, byte green, byte blue) => [.. Enumerable.Repeat(new[] { red, green, blue }, Side * Side).SelectMany(p => p)];

    public void Dispose() => _folder.Dispose();

    private int IndexOf(string token) => Tokens.Index().First(t => t.Item == token).Index;

    private void WriteVocabulary()
    {
        var vocabulary = new JsonObject();
        foreach (var (index, token) in Tokens.Index())
            vocabulary[token] = index;
        System.IO.File.WriteAllText(File("vocab.json"), vocabulary.ToJsonString());
        System.IO.File.WriteAllLines(File("merges.txt"), Merges.Prepend("#version: 0.2"));
    }

    private static float[] Numbers(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() * 2) - 1))];

    private static float[] Multiply(float[] vector, float[] matrix)
    {
        var result = new float[Dimensions];
        for (var i = 0; i < vector.Length; i++)
        {
            for (var j = 0; j < Dimensions; j++)
                result[j] += vector[i] * matrix[(i * Dimensions) + j];
        }

        return result;
    }

    private static float[] Unit(float[] vector)
    {
        var length = MathF.Sqrt(vector.Sum(v => v * v));
        return [.. vector.Select(v => v / length)];
    }
}
