using ClipOrleans.Clip.Inference;
using ClipOrleans.Clip.Tests.Golden;

namespace ClipOrleans.Clip.Tests.Inference;

/// <summary>
/// Danger: what shares a batch with a text, or how it is padded, moves its vector.
/// Invariant: an input's vector depends on the input alone, up to rounding.
/// Method: the same texts alone, in mixed batches, and padded to the full context.
/// </summary>
public sealed class ClipModelTests(DefaultModel model)
{
    /// <summary>Sums in another order, nothing else.</summary>
    private const double Same = 0.99999;

    private static readonly string[] Texts = [.. GoldenFiles.Read("golden-tokens.json").EnumerateArray().Select(e => e.GetProperty("text").GetString()!)];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ATextsVector_IsTheSame_AloneInABatchAndPaddedToTheFullContext()
    {
        var manifest = model.Model.Manifest;
        using var session = EncoderSession.Open(GoldenFiles.DefaultModel, manifest with { Text = manifest.Text with { FixedLength = true } }, new EncoderOptions());
        var padded = session.Text.Run([.. Texts.Select(session.Tokenizer.Encode)]);
        var queued = await model.Model.EncodeTextsAsync(Texts, Cancel);
        var together = model.Model.EncodeTogether(Texts);
        for (var i = 0; i < Texts.Length; i++)
        {
            var alone = (await model.Model.EncodeTextsAsync([Texts[i]], Cancel))[0];
            Assert.InRange(Embeddings.Dot(alone, queued[i]), Same, 1.00001);
            Assert.InRange(Embeddings.Dot(alone, together[i]), Same, 1.00001);
            Assert.InRange(Embeddings.Dot(alone, padded[i]), Same, 1.00001);
        }
    }

    [Fact]
    public async Task AnImagesVector_IsTheSame_AloneAndInABatch()
    {
        var random = new Random(5);
        var images = Enumerable.Range(0, 20).Select(_ =>
        {
            var pixels = new byte[model.Model.ImageInput.PixelBytes];
            random.NextBytes(pixels);
            return (ReadOnlyMemory<byte>)pixels;
        }).ToArray();
        var queued = await model.Model.EncodeImagesAsync(images, Cancel);
        for (var i = 0; i < images.Length; i++)
            Assert.InRange(Embeddings.Dot((await model.Model.EncodeImagesAsync([images[i]], Cancel))[0], queued[i]), Same, 1.00001);
    }

    [Fact]
    public async Task WhatCanNeverBeEncoded_IsRefusedAtOnce()
    {
        Assert.Empty(await model.Model.EncodeTextsAsync([], Cancel));
        await Assert.ThrowsAsync<ArgumentException>(() => model.Model.EncodeImagesAsync([new byte[model.Model.ImageInput.PixelBytes - 1]], Cancel));
        await Assert.ThrowsAsync<ArgumentException>(() => model.Model.EncodeTextsAsync([.. Enumerable.Repeat("x", model.Model.MaxInputs + 1)], Cancel));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => model.Model.EncodeTextsAsync(["x"], new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task AfterDisposal_NothingIsEncoded()
    {
        var other = ClipModel.Load(GoldenFiles.DefaultModel, new EncoderOptions { Workers = 1 });
        Assert.Equal(512, (await other.EncodeTextsAsync(["x"], Cancel))[0].Length);
        await other.DisposeAsync();
        await other.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => other.EncodeTextsAsync(["x"], Cancel));
    }
}
