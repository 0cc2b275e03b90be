using ClipOrleans.Clip.Images;
using ClipOrleans.Clip.Inference;
using ClipOrleans.Clip.Tests.Golden;
using ClipOrleans.Clip.Tests.Inference;

[assembly: AssemblyFixture(typeof(DefaultModel))]

namespace ClipOrleans.Clip.Tests.Inference;

/// <summary>
/// Danger: pre-processing that differs a little from the one a model was trained with makes every search a little worse, unnoticed.
/// Invariant: embeddings agree with the reference implementation's (Pillow and a bare ONNX run).
/// Method: golden vectors of product photographs and of texts.
/// </summary>
public sealed class GoldenEmbeddingsTests(DefaultModel model)
{
    /// <summary>The contract of the design, for images and texts alike.</summary>
    private const double LeastCosine = 0.999;

    private static readonly ImagePipeline Pipeline = new(new ImageLimits());

    public static TheoryData<string, float[]> Images() => Golden("images", "file");

    public static TheoryData<string, float[]> Texts() => Golden("texts", "text");

    [Theory]
    [MemberData(nameof(Images), DisableDiscoveryEnumeration = true)]
    public async Task EncodeImages_AgreesWithTheReference(string file, float[] golden)
    {
        var bytes = await File.ReadAllBytesAsync(GoldenFiles.Photograph(file), TestContext.Current.CancellationToken);
        foreach (var mode in new[] { ThumbnailMode.None, ThumbnailMode.Small })
        {
            var outcome = Pipeline.Prepare(bytes, model.Model.ImageInput, mode);
            Assert.True(outcome.Succeeded, outcome.Error?.Message);
            var embeddings = await model.Model.EncodeImagesAsync([outcome.Image.Pixels], TestContext.Current.CancellationToken);
            var cosine = Embeddings.Dot(embeddings[0], golden) / Math.Sqrt(Embeddings.Dot(golden, golden));
            TestContext.Current.TestOutputHelper?.WriteLine($"{mode} {cosine:F6}");
            Assert.InRange(cosine, LeastCosine, 1.00001);
        }
    }

    [Theory]
    [MemberData(nameof(Texts), DisableDiscoveryEnumeration = true)]
    public async Task EncodeTexts_AgreesWithTheReference(string text, float[] golden)
    {
        var embeddings = await model.Model.EncodeTextsAsync([text], TestContext.Current.CancellationToken);
        var cosine = Embeddings.Dot(embeddings[0], golden) / Math.Sqrt(Embeddings.Dot(golden, golden));
        Assert.InRange(cosine, LeastCosine, 1.00001);
        Assert.Equal(1, Embeddings.Dot(embeddings[0], embeddings[0]), 1e-5);
    }

    private static TheoryData<string, float[]> Golden(string list, string name)
    {
        var data = new TheoryData<string, float[]>();
        foreach (var entry in GoldenFiles.Read("golden-embeddings.json").GetProperty(list).EnumerateArray())
            data.Add(entry.GetProperty(name).GetString()!, [.. entry.GetProperty("embedding").EnumerateArray().Select(e => e.GetSingle())]);
        return data;
    }
}
