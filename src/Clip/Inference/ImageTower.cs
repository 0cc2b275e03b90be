using System.Buffers;
using ClipOrleans.Clip.Models;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ClipOrleans.Clip.Inference;

/// <summary>Prepared pixels to unit vectors: bytes become normalised floats, one plane a channel, right before the run.</summary>
internal sealed class ImageTower : Tower
{
    private const int Channels = 3;

    private readonly int _plane;
    private readonly long _width;
    private readonly long _height;

    /// <summary>What each byte of each channel becomes: three times 256 floats.</summary>
    private readonly float[] _table;

    public ImageTower(string folder, ModelManifest manifest, InferenceSession session, IReadOnlyList<(string Name, OrtValue Value)> dummies)
        : base(folder, manifest.Onnx.Image, manifest.Dimensions, session, dummies)
    {
        var spec = manifest.Image.Input;
        (_width, _height, _plane) = (spec.Width, spec.Height, spec.Width * spec.Height);
        if (Input.Dimensions.Count != 4 || Input.Type != TensorElementType.Float
            || !Fits(Input.Dimensions[1], Channels) || !Fits(Input.Dimensions[2], spec.Height) || !Fits(Input.Dimensions[3], spec.Width))
            throw Mismatch($"takes '{Input}' as pixels: float32 [batch, 3, {spec.Height}, {spec.Width}] is right by the manifest");
        _table = new float[Channels * 256];
        for (var i = 0; i < _table.Length; i++)
            _table[i] = (((i & 255) / 255f) - manifest.Image.Mean[i >> 8]) / manifest.Image.Std[i >> 8];
    }

    public float[][] Run(IReadOnlyList<ReadOnlyMemory<byte>> images)
    {
        var size = images.Count * Channels * _plane;
        var buffer = ArrayPool<float>.Shared.Rent(size);
        try
        {
            for (var i = 0; i < images.Count; i++)
                Spread(images[i].Span, buffer.AsSpan(i * Channels * _plane, Channels * _plane));
            using var input = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, buffer.AsMemory(0, size), [images.Count, Channels, _height, _width]);
            return Run(input, null, images.Count, [], []);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(buffer);
        }
    }

    /// <summary>A black image: what a fused graph is fed as image while it embeds a text.</summary>
    public static IReadOnlyList<(string Name, OrtValue Value)> Dummies(ModelManifest manifest)
    {
        var spec = manifest.Image.Input;
        return [(manifest.Onnx.Image.Input, OrtValue.CreateTensorValueFromMemory(new float[Channels * spec.Width * spec.Height], [1, Channels, spec.Height, spec.Width]))];
    }

    private static bool Fits(int dimension, int wanted) => dimension < 0 || dimension == wanted;

    private void Spread(ReadOnlySpan<byte> pixels, Span<float> planes)
    {
        var red = planes[.._plane];
        var green = planes.Slice(_plane, red.Length);
        var blue = planes.Slice(2 * _plane, red.Length);
        ReadOnlySpan<float> table = _table;
        pixels = pixels[..(Channels * red.Length)];
        for (int i = 0, at = 0; i < red.Length; i++, at += Channels)
        {
            red[i] = table[pixels[at]];
            green[i] = table[256 + pixels[at + 1]];
            blue[i] = table[512 + pixels[at + 2]];
        }
    }
}
