using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ClipOrleans.Clip.Images;

/// <summary>
/// Separable resampling of RGB bytes with Pillow's weights and Pillow's rounding to whole values between the passes. Only the order of the
/// passes differs (rows are summed first, because that is where the processor sums many pixels at once): a difference of one level in a
/// few pixels.
/// </summary>
internal static unsafe class Resampler
{
    private const int Channels = 3;

    /// <summary>Resamples into a new buffer of <c>columns.Length × rows.Length</c> RGB pixels.</summary>
    public static byte[] Run(DecodedImage image, ResampleAxis columns, ResampleAxis rows)
    {
        var first = columns.First * Channels;
        var width = (columns.End * Channels) - first;
        var result = new byte[columns.Length * rows.Length * Channels];

        // Three more floats: the last pixel is read four wide.
        var buffer = ArrayPool<float>.Shared.Rent(width + Channels + 1);
        try
        {
            var line = buffer.AsSpan(0, width + Channels + 1);
            line[width..].Clear();
            for (var y = 0; y < rows.Length; y++)
            {
                var source = image.Pixels + ((nint)rows.Starts[y] * image.Width * Channels) + first;
                SumRows(source, (nint)image.Width * Channels, rows.Weights.AsSpan(y * rows.Stride, rows.Counts[y]), line[..width]);
                SumColumns(line, columns, result.AsSpan(y * columns.Length * Channels, columns.Length * Channels));
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(buffer);
        }

        return result;
    }

    /// <summary>One output row, at the source's width: the weighted sum of some source rows, rounded.</summary>
    private static void SumRows(byte* source, nint stride, ReadOnlySpan<float> weights, Span<float> line)
    {
        var at = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            for (; at <= line.Length - Vector256<byte>.Count; at += Vector256<byte>.Count)
                SumWide(source + at, stride, weights, line.Slice(at, Vector256<byte>.Count));
        }

        for (; at < line.Length; at++)
        {
            var sum = 0f;
            for (var k = 0; k < weights.Length; k++)
                sum = float.FusedMultiplyAdd(source[(k * stride) + at], weights[k], sum);
            line[at] = Math.Clamp(MathF.Floor(sum + 0.5f), 0, 255);
        }
    }

    private static void SumWide(byte* source, nint stride, ReadOnlySpan<float> weights, Span<float> line)
    {
        var (a, b, c, d) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
        for (var k = 0; k < weights.Length; k++, source += stride)
        {
            var weight = Vector256.Create(weights[k]);
            var (low, high) = Vector256.Widen(Vector256.Load(source));
            var (w, x) = Vector256.Widen(low);
            var (y, z) = Vector256.Widen(high);
            a = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(w.AsInt32()), weight, a);
            b = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(x.AsInt32()), weight, b);
            c = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(y.AsInt32()), weight, c);
            d = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(z.AsInt32()), weight, d);
        }

        Level(a).CopyTo(line);
        Level(b).CopyTo(line[8..]);
        Level(c).CopyTo(line[16..]);
        Level(d).CopyTo(line[24..]);
    }

    /// <summary>The output pixels of one row: three channels side by side in one vector, the fourth lane is the next pixel's and ignored.</summary>
    private static void SumColumns(ReadOnlySpan<float> line, ResampleAxis columns, Span<byte> result)
    {
        var offset = columns.First;
        for (var x = 0; x < columns.Length; x++)
        {
            var weights = columns.Weights.AsSpan(x * columns.Stride, columns.Counts[x]);
            ref var pixel = ref Unsafe.AsRef(in line[(columns.Starts[x] - offset) * Channels]);
            var (even, odd) = (Vector128<float>.Zero, Vector128<float>.Zero);
            var k = 0;
            for (; k + 1 < weights.Length; k += 2)
            {
                even = Vector128.FusedMultiplyAdd(Vector128.LoadUnsafe(ref pixel, (nuint)(k * Channels)), Vector128.Create(weights[k]), even);
                odd = Vector128.FusedMultiplyAdd(Vector128.LoadUnsafe(ref pixel, (nuint)((k + 1) * Channels)), Vector128.Create(weights[k + 1]), odd);
            }

            if (k < weights.Length)
                even = Vector128.FusedMultiplyAdd(Vector128.LoadUnsafe(ref pixel, (nuint)(k * Channels)), Vector128.Create(weights[k]), even);
            var level = Vector128.ConvertToInt32(Vector128.Clamp(Vector128.Floor(even + odd + Vector128.Create(0.5f)), Vector128<float>.Zero, Vector128.Create(255f)));
            result[x * Channels] = (byte)level[0];
            result[(x * Channels) + 1] = (byte)level[1];
            result[(x * Channels) + 2] = (byte)level[2];
        }
    }

    private static Vector256<float> Level(Vector256<float> sum) =>
        Vector256.Clamp(Vector256.Floor(sum + Vector256.Create(0.5f)), Vector256<float>.Zero, Vector256.Create(255f));
}
