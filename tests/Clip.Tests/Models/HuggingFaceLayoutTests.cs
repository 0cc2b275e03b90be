using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using ClipOrleans.Clip.Images;
using ClipOrleans.Clip.Inference;
using ClipOrleans.Clip.Models;
using ClipOrleans.Clip.Tests.Text;

namespace ClipOrleans.Clip.Tests.Models;

/// <summary>
/// Danger: an export that loads but is fed or read wrongly gives vectors that look like any others.
/// Invariant: whatever the layout, the vectors are the ones computed by hand from the same weights.
/// Method: small graphs in every layout that exporters write, their results compared with arithmetic in the test.
/// </summary>
public sealed class HuggingFaceLayoutTests : IDisposable
{
    private const float Tolerance = 1e-5f;

    private readonly ExportFolder _export = new();

    public void Dispose() => _export.Dispose();

    [Fact]
    public async Task SeparateTowers_WithPooledOutputs()
    {
        _export.WriteUsualTowers();
        await AssertEmbeds();
    }

    [Fact]
    public async Task SeparateTowers_BesideTheConfiguration()
    {
        _export.WriteUsualTowers();
        File.Move(_export.File("onnx/text_model.onnx"), _export.File("text_model.onnx"));
        File.Move(_export.File("onnx/vision_model.onnx"), _export.File("vision_model.onnx"));
        await AssertEmbeds();
    }

    [Theory]
    [InlineData(OnnxType.Int32, OnnxType.Int32)]
    [InlineData(OnnxType.Int32, OnnxType.Int64)]
    [InlineData(OnnxType.Int64, OnnxType.Int64)]
    public async Task AttentionMask_OfAnyInteger(OnnxType ids, OnnxType mask)
    {
        _export.WriteUsualTowers();
        _export.WithTextTower(new OnnxGraph().Input("input_ids", ids, -1, -1).Input("attention_mask", mask, -1, -1), masked: true)
            .Output("text_embeds", -1, ExportFolder.Dimensions).Save(_export.File("onnx/text_model.onnx"));
        await AssertEmbeds();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FusedTowers_ThatWantBothInputsAtOnce(bool masked)
    {
        var graph = new OnnxGraph().Input("input_ids", OnnxType.Int64, -1, -1).Input("pixel_values", OnnxType.Float, -1, 3, ExportFolder.Side, ExportFolder.Side);
        if (masked)
            graph.Input("attention_mask", OnnxType.Int64, -1, -1);
        _export.WithImageTower(_export.WithTextTower(graph, masked))
            .Node("Transpose", ["image_embeds"], "image_columns").Node("MatMul", ["text_embeds", "image_columns"], "logits_per_text")
            .Output("logits_per_text", -1, -1).Output("text_embeds", -1, ExportFolder.Dimensions).Output("image_embeds", -1, ExportFolder.Dimensions)
            .Save(_export.File("onnx/model.onnx"));
        await AssertEmbeds();
    }

    [Fact]
    public async Task GraphsOfFixedLengthAndBatchOne()
    {
        _export.WithTextTower(new OnnxGraph().Input("input_ids", OnnxType.Int64, 1, ExportFolder.ContextLength), masked: false)
            .Output("text_embeds", 1, ExportFolder.Dimensions).Save(_export.File("onnx/text_model.onnx"));
        _export.WithImageTower(new OnnxGraph().Input("pixel_values", OnnxType.Float, 1, 3, ExportFolder.Side, ExportFolder.Side))
            .Output("image_embeds", 1, ExportFolder.Dimensions).Save(_export.File("onnx/vision_model.onnx"));
        Assert.True(ModelManifestFile.ReadOrInfer(_export.Path).Text.FixedLength);
        await AssertEmbeds();
    }

    [Theory]
    [InlineData("npy")]
    [InlineData("bin")]
    [InlineData("onnx")]
    public async Task LastHiddenState_WithProjectionFiles(string type)
    {
        // The state at a token is the sum of the vectors so far, so that the one at the end token is that of the whole text.
        _export.WithTextTower(new OnnxGraph().Input("input_ids", OnnxType.Int64, -1, -1), masked: false)
            .Constant("axis", 1).Node("CumSum", ["text_hidden", "axis"], "last_hidden_state")
            .Output("last_hidden_state", -1, -1, ExportFolder.Hidden).Save(_export.File("onnx/text_model.onnx"));
        _export.WithImageTower(new OnnxGraph().Input("pixel_values", OnnxType.Float, -1, 3, ExportFolder.Side, ExportFolder.Side))
            .Constant("axis", 1).Node("Unsqueeze", ["image_mean", "axis"], "class_token").Node("Neg", ["class_token"], "other_token")
            .Node("Concat", ["class_token", "other_token"], "last_hidden_state", ("axis", 1))
            .Output("last_hidden_state", -1, 2, 3).Save(_export.File("onnx/vision_model.onnx"));
        WriteProjections(type);
        await AssertEmbeds();
    }

    [Fact]
    public async Task PoolerOutput_WithProjectionFiles()
    {
        _export.WithTextTower(new OnnxGraph().Input("input_ids", OnnxType.Int64, -1, -1), masked: false)
            .Node("Identity", ["text_sum"], "pooler_output").Node("Identity", ["text_hidden"], "last_hidden_state")
            .Output("last_hidden_state", -1, -1, ExportFolder.Hidden).Output("pooler_output", -1, ExportFolder.Hidden).Save(_export.File("onnx/text_model.onnx"));
        _export.WithImageTower(new OnnxGraph().Input("pixel_values", OnnxType.Float, -1, 3, ExportFolder.Side, ExportFolder.Side))
            .Node("Identity", ["image_mean"], "pooler_output").Output("pooler_output", -1, 3).Save(_export.File("onnx/vision_model.onnx"));
        WriteProjections("npy");
        await AssertEmbeds();
    }

    [Fact]
    public async Task MeanPooling_ByManifest()
    {
        _export.WriteUsualTowers();
        var usual = ModelManifestFile.ReadOrInfer(_export.Path);
        _export.WithTextTower(new OnnxGraph().Input("input_ids", OnnxType.Int64, -1, -1), masked: false)
            .Output("text_hidden", -1, -1, ExportFolder.Hidden).Save(_export.File("onnx/text_model.onnx"));
        WriteProjections("npy");
        var text = usual.Onnx.Text with { Output = "text_hidden", Pooling = Pooling.Mean, Projection = "text_projection.npy" };
        ModelManifestFile.Write(_export.Path, usual with { Onnx = usual.Onnx with { Text = text } });
        await AssertEmbeds(); // the mean is the sum over the length, which the unit length takes out again
    }

    [Fact]
    public async Task TokenizerJson_InsteadOfVocabularyAndMerges()
    {
        _export.WriteUsualTowers();
        TokenizerJson.Write(_export.Path, _export.Path);
        File.Delete(_export.File("vocab.json"));
        File.Delete(_export.File("merges.txt"));
        await AssertEmbeds();
    }

    [Fact]
    public async Task ExactSize_AndNoNormalisation_AsMobileModelsHaveThem()
    {
        _export.WriteUsualTowers();
        _export.WritePreprocessor(new JsonObject { ["size"] = new JsonObject { ["height"] = ExportFolder.Side, ["width"] = ExportFolder.Side }, ["do_center_crop"] = false, ["do_normalize"] = false, ["resample"] = 2 });
        await using var model = ClipModel.Load(_export.Path, new EncoderOptions());
        Assert.Equal(new ImageInputSpec(ExportFolder.Side, ExportFolder.Side, ResizeRule.Exact, 0, ResampleFilter.Bilinear), model.ImageInput);
        Assert.Equal([0, 0, 0], model.Manifest.Image.Mean);
        Assert.Equal([1, 1, 1], model.Manifest.Image.Std);
    }

    [Fact]
    public async Task AWrittenManifest_IsTheInferredOne()
    {
        _export.WriteUsualTowers();
        var inferred = ModelManifestFile.ReadOrInfer(_export.Path);
        Assert.Equal(12, inferred.Revision.Length);
        ModelManifestFile.Write(_export.Path, inferred);
        var read = ModelManifestFile.ReadOrInfer(_export.Path);
        Assert.Equivalent(inferred, read, strict: true);
        File.Delete(_export.File("config.json"));
        await AssertEmbeds();
    }

    private async Task AssertEmbeds()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var model = ClipModel.Load(_export.Path, new EncoderOptions { Workers = 2 });
        var texts = await model.EncodeTextsAsync(["red shoe", "red", "", "x shoe shoe red"], cancel);
        float[][] expected = [_export.ExpectedText("red</w>", "shoe</w>"), _export.ExpectedText("red</w>"), _export.ExpectedText(), _export.ExpectedText("x</w>", "shoe</w>", "shoe</w>", "red</w>")];
        var images = await model.EncodeImagesAsync([ExportFolder.PlainImage(200, 10, 30), ExportFolder.PlainImage(0, 0, 255), ExportFolder.PlainImage(9, 9, 9)], cancel);
        float[][] expectedImages = [_export.ExpectedImage(200, 10, 30), _export.ExpectedImage(0, 0, 255), _export.ExpectedImage(9, 9, 9)];
        foreach (var (actual, wanted) in texts.Concat(images).Zip(expected.Concat(expectedImages)))
        {
            Assert.Equal(wanted.Length, actual.Length);
            Assert.All(wanted.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, Tolerance));
        }
    }

    private void WriteProjections(string type)
    {
        WriteProjection("text_projection", type, _export.TextProjection, ExportFolder.Hidden);
        WriteProjection("visual_projection", type, _export.ImageProjection, 3);
    }

    private void WriteProjection(string name, string type, float[] matrix, int rows)
    {
        var path = _export.File($"{name}.{type}");
        if (type == "onnx")
        {
            new OnnxGraph().Input("state", OnnxType.Float, -1, rows).Constant("matrix", matrix, rows, ExportFolder.Dimensions)
                .Node("MatMul", ["state", "matrix"], "embedding").Output("embedding", -1, ExportFolder.Dimensions).Save(path);
            return;
        }

        var raw = MemoryMarshal.AsBytes(matrix.AsSpan()).ToArray();
        if (type == "npy")
        {
            var header = $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {ExportFolder.Dimensions}), }}".PadRight(117) + "\n";
            raw = [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header), .. raw];
        }

        File.WriteAllBytes(path, raw);
    }
}
