using System.Collections.Immutable;
using System.Runtime.InteropServices;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Vectors.Kernels;

namespace ClipOrleans.Gateway.Tests.Cluster;

/// <summary>
/// Embeddings that a test can foretell: the n-th word of <see cref="Words"/> is the n-th axis, a text is the sum of its words,
/// an image is its mean colour on the axes red, green and blue.
/// </summary>
internal sealed class FakeEncoder(FakeCluster cluster, string silo) : IEncoderGrain
{
    public static readonly string[] Words = ["red", "green", "blue", "shoe", "hat", "dog", "cat"];

    private const int Rest = FakeCluster.Dimensions - 1;

    public async Task<Result<ImmutableArray<byte[]>>> EncodeTexts(string model, ImmutableArray<string> texts, CancellationToken cancellation = default)
    {
        if ((await cluster.Faults.PassAsync<ImmutableArray<byte[]>>("encode") ?? await cluster.Faults.PassAsync<ImmutableArray<byte[]>>($"encode/{silo}")) is { } fault)
            return fault;
        cluster.Embedded.Enqueue((silo, texts.Length));
        return texts.Select(OfText).ToImmutableArray();
    }

    public async Task<Result<ImmutableArray<byte[]>>> EncodeImages(string model, ImmutableArray<byte[]> images, CancellationToken cancellation = default)
    {
        if ((await cluster.Faults.PassAsync<ImmutableArray<byte[]>>("encode") ?? await cluster.Faults.PassAsync<ImmutableArray<byte[]>>($"encode/{silo}")) is { } fault)
            return fault;
        cluster.Embedded.Enqueue((silo, images.Length));
        return images.Select(OfPixels).ToImmutableArray();
    }

    public static byte[] OfText(string text)
    {
        var vector = new float[FakeCluster.Dimensions];
        foreach (var word in text.Split(' '))
            vector[Array.IndexOf(Words, word) is >= 0 and var axis ? axis : Rest] += 1;
        return Bytes(vector);
    }

    private static byte[] OfPixels(byte[] pixels)
    {
        Assert.Equal(4 * 4 * 3, pixels.Length);
        var vector = new float[FakeCluster.Dimensions];
        for (var i = 0; i < pixels.Length; i++)
            vector[i % 3] += pixels[i] / 255f;
        vector[Rest] += 0.001f;
        return Bytes(vector);
    }

    private static byte[] Bytes(float[] vector)
    {
        Assert.True(VectorMath.TryNormalize(vector));
        return MemoryMarshal.AsBytes<float>(vector).ToArray();
    }
}
