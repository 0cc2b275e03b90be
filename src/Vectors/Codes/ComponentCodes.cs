using System.Numerics.Tensors;

namespace ClipOrleans.Vectors.Codes;

/// <summary>
/// A vector as 8 bits for each dimension, each dimension with a centre and a step of its own. Twelve candidates by these
/// codes hold the true ten best (docs/decisions/0010). Immutable; any number of threads use it at once.
/// </summary>
internal sealed class ComponentCodes
{
    /// <summary>A dimension's values farther out than this many standard deviations are clipped.</summary>
    private const float Reach = 5;

    /// <summary>A dimension that never varied may still vary later; a step of zero would lose that.</summary>
    private const float LeastStep = 1e-6f;

    private readonly float[] _centres;
    private readonly float[] _steps;

    public ComponentCodes(float[] centres, float[] steps)
    {
        ArgumentNullException.ThrowIfNull(centres);
        ArgumentNullException.ThrowIfNull(steps);
        ArgumentOutOfRangeException.ThrowIfNotEqual(steps.Length, centres.Length);
        _centres = centres;
        _steps = steps;
    }

    public int Dimensions => _centres.Length;

    /// <summary>Of a code, a multiple of <see cref="CodeKernels.Granularity"/>; components beyond the dimensions are zero.</summary>
    public int Bytes => BytesOf(Dimensions);

    public ReadOnlySpan<float> Centres => _centres;

    public ReadOnlySpan<float> Steps => _steps;

    /// <summary>Bytes of a code of so many dimensions.</summary>
    public static int BytesOf(int dimensions) => (dimensions + CodeKernels.Granularity - 1) / CodeKernels.Granularity * CodeKernels.Granularity;

    /// <summary>Largest magnitude of a query component whose inner product with any code of so many bytes fits 32 bits.</summary>
    public static int QueryLimitOf(int bytes) => Math.Min(short.MaxValue, int.MaxValue / (bytes * sbyte.MaxValue));

    /// <param name="sample">Vectors one after the other.</param>
    /// <param name="dimensions">Of a vector.</param>
    public static ComponentCodes Train(ReadOnlySpan<float> sample, int dimensions)
    {
        var rows = sample.Length / dimensions;
        var sums = new double[dimensions];
        var squares = new double[dimensions];
        for (var row = 0; row < rows; row++)
        {
            for (var i = 0; i < dimensions; i++)
            {
                double value = sample[(row * dimensions) + i];
                sums[i] += value;
                squares[i] += value * value;
            }
        }

        var centres = new float[dimensions];
        var steps = new float[dimensions];
        for (var i = 0; i < dimensions; i++)
        {
            var mean = sums[i] / rows;
            centres[i] = (float)mean;
            var deviation = Math.Sqrt(Math.Max(0, (squares[i] / rows) - (mean * mean)));
            steps[i] = Math.Max(LeastStep, (float)deviation * Reach / sbyte.MaxValue);
        }

        return new ComponentCodes(centres, steps);
    }

    /// <summary>Writes <see cref="Bytes"/> bytes.</summary>
    public void Encode(ReadOnlySpan<float> vector, Span<sbyte> code)
    {
        for (var i = 0; i < vector.Length; i++)
            code[i] = (sbyte)MathF.Round(Math.Clamp((vector[i] - _centres[i]) / _steps[i], -sbyte.MaxValue, sbyte.MaxValue));
        code[vector.Length..Bytes].Clear();
    }

    /// <summary>Writes <see cref="Bytes"/> query components of 16 bits.</summary>
    /// <param name="query">Of the dimensions.</param>
    /// <param name="room">For as many numbers.</param>
    /// <param name="components">Receives them.</param>
    /// <returns>What an inner product with a code is multiplied by to be in units of the score; the centres add the same to all rows.</returns>
    public float EncodeQuery(ReadOnlySpan<float> query, Span<float> room, Span<short> components)
    {
        var weights = room[..Dimensions];
        TensorPrimitives.Multiply(query, _steps, weights);
        var largest = MathF.Abs(TensorPrimitives.MaxMagnitude<float>(weights));
        var unit = largest > 0 ? largest / QueryLimitOf(Bytes) : 1;
        for (var i = 0; i < weights.Length; i++)
            components[i] = (short)MathF.Round(weights[i] / unit);
        components[weights.Length..Bytes].Clear();
        return unit;
    }
}
