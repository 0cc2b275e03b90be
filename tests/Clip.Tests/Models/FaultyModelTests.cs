using System.Text.Json.Nodes;
using ClipOrleans.Clip.Inference;
using ClipOrleans.Clip.Models;

namespace ClipOrleans.Clip.Tests.Models;

/// <summary>
/// Danger: a folder that is almost right runs and gives nonsense, or fails with a message that helps nobody.
/// Invariant: whatever is wrong with a folder is a <see cref="ModelException"/> of the right kind that names the thing.
/// Method: a good export with one thing broken.
/// </summary>
public sealed class FaultyModelTests : IDisposable
{
    private readonly ExportFolder _export = new();

    public FaultyModelTests() => _export.WriteUsualTowers();

    public void Dispose() => _export.Dispose();

    [Theory]
    [InlineData("config.json", ModelFault.FileMissing)]
    [InlineData("preprocessor_config.json", ModelFault.FileMissing)]
    [InlineData("vocab.json", ModelFault.FileMissing)]
    [InlineData("merges.txt", ModelFault.FileMissing)]
    [InlineData("onnx/text_model.onnx", ModelFault.FileMissing)]
    [InlineData("onnx/vision_model.onnx", ModelFault.FileMissing)]
    public void AMissingFile(string file, ModelFault fault)
    {
        File.Delete(_export.File(file));
        AssertRefused(fault, file is "vocab.json" or "merges.txt" ? "tokenizer" : Path.GetFileName(file));
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("preprocessor_config.json")]
    [InlineData("vocab.json")]
    [InlineData("onnx/text_model.onnx")]
    [InlineData("onnx/vision_model.onnx")]
    public void AFileOfSomethingElse(string file)
    {
        File.WriteAllText(_export.File(file), "<html>not found</html>");
        AssertRefused(ModelFault.FileInvalid, Path.GetFileName(file));
    }

    [Fact]
    public void NoFolder() => Assert.Equal(ModelFault.NotFound, Assert.Throws<ModelException>(() => ClipModel.Load(_export.File("nowhere"), new EncoderOptions())).Fault);

    [Fact]
    public void ASentencePieceTokenizer()
    {
        File.Delete(_export.File("vocab.json"));
        File.WriteAllText(_export.File("spiece.model"), "");
        AssertRefused(ModelFault.Unsupported, "SentencePiece");
    }

    [Fact]
    public void ATokenizerOfAnotherKind()
    {
        File.Delete(_export.File("vocab.json"));
        File.WriteAllText(_export.File("tokenizer.json"), """{"model":{"type":"Unigram","vocab":[]}}""");
        AssertRefused(ModelFault.Unsupported, "SentencePiece");
        File.WriteAllText(_export.File("tokenizer.json"), """{"model":{"type":"BPE","vocab":{},"merges":[]}}""");
        AssertRefused(ModelFault.Unsupported, "end_of_word_suffix");
    }

    [Fact]
    public void AVocabularyWithoutEveryByte()
    {
        var vocabulary = JsonNode.Parse(File.ReadAllText(_export.File("vocab.json")))!.AsObject();
        vocabulary.Remove("a</w>");
        File.WriteAllText(_export.File("vocab.json"), vocabulary.ToJsonString());
        AssertRefused(ModelFault.Unsupported, "'a'");
    }

    [Fact]
    public void TowersOfDifferentSizes()
    {
        var wide = new float[3 * 5];
        new OnnxGraph().Input("pixel_values", OnnxType.Float, -1, 3, ExportFolder.Side, ExportFolder.Side)
            .Constant("wide", wide, 3, 5).Node("GlobalAveragePool", ["pixel_values"], "pool").Node("Flatten", ["pool"], "mean").Node("MatMul", ["mean", "wide"], "image_embeds")
            .Output("image_embeds", -1, 5).Save(_export.File("onnx/vision_model.onnx"));
        AssertRefused(ModelFault.GraphMismatch, "5 dimensions");
    }

    [Fact]
    public async Task TowersOfDifferentSizes_ThatTheGraphsDoNotDeclare()
    {
        new OnnxGraph().Input("pixel_values", OnnxType.Float, -1, 3, ExportFolder.Side, ExportFolder.Side)
            .Constant("wide", Enumerable.Repeat(1f, 15).ToArray(), 3, 5).Node("GlobalAveragePool", ["pixel_values"], "pool").Node("Flatten", ["pool"], "mean").Node("MatMul", ["mean", "wide"], "image_embeds")
            .Output("image_embeds", -1, -1).Save(_export.File("onnx/vision_model.onnx"));
        var exception = await Assert.ThrowsAsync<ModelException>(() => ModelCheck.RunAsync(_export.Path, TestContext.Current.CancellationToken));
        Assert.Equal(ModelFault.GraphMismatch, exception.Fault);
        Assert.Contains("5 dimensions", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnInputThatNobodyKnows()
    {
        _export.WithTextTower(new OnnxGraph().Input("input_ids", OnnxType.Int64, -1, -1).Input("position_ids", OnnxType.Int64, -1, -1), masked: false)
            .Node("Cast", ["position_ids"], "used", ("to", 1)).Output("text_embeds", -1, ExportFolder.Dimensions).Output("used", -1, -1).Save(_export.File("onnx/text_model.onnx"));
        AssertRefused(ModelFault.GraphMismatch, "position_ids");
    }

    [Fact]
    public void NoOutputThatCouldBeAnEmbedding()
    {
        _export.WithImageTower(new OnnxGraph().Input("pixel_values", OnnxType.Float, -1, 3, ExportFolder.Side, ExportFolder.Side))
            .Output("pool", -1, 3, 1, 1).Save(_export.File("onnx/vision_model.onnx"));
        AssertRefused(ModelFault.GraphMismatch, "pool");
    }

    [Fact]
    public void HiddenStatesWithoutTheirProjection()
    {
        _export.WithImageTower(new OnnxGraph().Input("pixel_values", OnnxType.Float, -1, 3, ExportFolder.Side, ExportFolder.Side))
            .Node("Identity", ["image_mean"], "pooler_output").Output("pooler_output", -1, 3).Save(_export.File("onnx/vision_model.onnx"));
        AssertRefused(ModelFault.FileMissing, "image_projection.npy");
    }

    [Fact]
    public void AProjectionOfAnotherSize()
    {
        HiddenStatesWithoutTheirProjection();
        File.WriteAllBytes(_export.File("image_projection.bin"), new byte[7]);
        AssertRefused(ModelFault.FileInvalid, "image_projection.bin");
        File.WriteAllBytes(_export.File("image_projection.bin"), new byte[9 * ExportFolder.Dimensions * sizeof(float)]);
        AssertRefused(ModelFault.GraphMismatch, "9");
        File.Delete(_export.File("image_projection.bin"));
        File.WriteAllText(_export.File("image_projection.npy"), "no");
        AssertRefused(ModelFault.FileInvalid, "npy");
    }

    [Fact]
    public void PixelsOfAnotherSize()
    {
        _export.WithImageTower(new OnnxGraph().Input("pixel_values", OnnxType.Float, -1, 3, 9, 9)).Output("image_embeds", -1, ExportFolder.Dimensions).Save(_export.File("onnx/vision_model.onnx"));
        AssertRefused(ModelFault.GraphMismatch, "9, 9");
    }

    [Theory]
    [InlineData("""{"do_resize":false,"size":8,"image_mean":[0,0,0],"image_std":[1,1,1]}""", "do_resize")]
    [InlineData("""{"size":{"shortest_edge":8},"image_mean":[0,0,0],"image_std":[1,1,1]}""", "crop_size")]
    [InlineData("""{"size":{"longest_edge":8},"image_mean":[0,0,0],"image_std":[1,1,1]}""", "size")]
    [InlineData("""{"size":8,"resample":17,"image_mean":[0,0,0],"image_std":[1,1,1]}""", "resample")]
    [InlineData("""{"size":8,"rescale_factor":1,"image_mean":[0,0,0],"image_std":[1,1,1]}""", "1/255")]
    [InlineData("""{"size":8,"image_std":[1,1,1]}""", "image_mean")]
    [InlineData("""{"size":8,"image_mean":[0,0],"image_std":[1,1,1]}""", "mean")]
    [InlineData("""{"size":8,"image_mean":[0,0,0],"image_std":[1,0,1]}""", "std")]
    [InlineData("""{"size":100000,"image_mean":[0,0,0],"image_std":[1,1,1]}""", "100000")]
    public void PreprocessingThatIsNotPossible(string json, string named)
    {
        _export.WritePreprocessor(JsonNode.Parse(json)!.AsObject());
        Assert.Contains(named, Assert.Throws<ModelException>(() => ClipModel.Load(_export.Path, new EncoderOptions())).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"name\": \"", "\"name\": \"Up Case ", "name")]
    [InlineData("\"dimensions\": 4", "\"dimensions\": 0", "dimensions")]
    [InlineData("\"dimensions\": 4", "\"dimensions\": 4, \"colour\": 1", "colour")]
    [InlineData("\"dimensions\": 4,", "", "dimensions")]
    [InlineData("\"pooling\": \"pooled\"", "\"pooling\": \"sideways\"", "pooling")]
    [InlineData("\"pooling\": \"pooled\"", "\"pooling\": \"first-token\"", "pooling")]
    [InlineData("\"rule\": \"shortest-edge\"", "\"rule\": 1", "rule")]
    [InlineData("\"contextLength\": 16", "\"contextLength\": 1", "contextLength")]
    [InlineData("onnx/text_model.onnx", "../text_model.onnx", "outside")]
    [InlineData("onnx/text_model.onnx", "/etc/passwd", "outside")]
    [InlineData("\"text_embeds\"", "\"embeddings\"", "embeddings")]
    [InlineData("<|endoftext|>", "<|end|>", "<|end|>")]
    public void AManifestWithAMistake(string right, string wrong, string named)
    {
        ModelManifestFile.Write(_export.Path, ModelManifestFile.ReadOrInfer(_export.Path));
        var json = File.ReadAllText(_export.File("model.json"));
        Assert.Contains(right, json, StringComparison.Ordinal);
        File.WriteAllText(_export.File("model.json"), json.Replace(right, wrong, StringComparison.Ordinal));
        Assert.Contains(named, Assert.Throws<ModelException>(() => ClipModel.Load(_export.Path, new EncoderOptions())).Message, StringComparison.Ordinal);
    }

    private void AssertRefused(ModelFault fault, string named)
    {
        var exception = Assert.Throws<ModelException>(() => ClipModel.Load(_export.Path, new EncoderOptions()));
        Assert.Equal((fault, true), (exception.Fault, exception.Message.Contains(named, StringComparison.Ordinal)));
    }
}
