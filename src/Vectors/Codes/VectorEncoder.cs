using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using ClipOrleans.Vectors.Kernels;

namespace ClipOrleans.Vectors.Codes;

/// <summary>
/// Turns vectors into codes: centred on the sample's mean, projected on its principal axes, one scale, 8 bits each.
/// Immutable, so any number of threads use it at once.
/// </summary>
internal sealed unsafe class VectorEncoder
{
    /// <summary>Components beyond this share of the sample's values are clipped: a wider scale would cost all others precision.</summary>
    private const double ClippedShare = 1e-4;

    /// <summary>A sample that varies less than this varies by rounding: a scale that made codes of it would code noise.</summary>
    private const float LeastSpread = 1e-4f;

    private readonly float[] _mean;
    private readonly float[] _axes;
    private readonly float _scale;

    public VectorEncoder(CodeLayout layout, float[] mean, float[] axes, float scale)
    {
        ArgumentNullException.ThrowIfNull(mean);
        ArgumentNullException.ThrowIfNull(axes);
        ArgumentOutOfRangeException.ThrowIfNotEqual(axes.Length % mean.Length, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(axes.Length / mean.Length, layout.Components);
        Layout = layout;
        _mean = mean;
        _axes = axes;
        _scale = scale;
    }

    public CodeLayout Layout { get; }

    public int Dimensions => _mean.Length;

    /// <summary>Axes that are coded; further components of a code are zero.</summary>
    public int AxisCount => _axes.Length / _mean.Length;

    public ReadOnlySpan<float> Mean => _mean;

    public ReadOnlySpan<float> Axes => _axes;

    /// <summary>Code units for a length of 1.</summary>
    public float Scale => _scale;

    public long BytesInMemory => (_mean.Length + (long)_axes.Length) * sizeof(float);

    /// <param name="sample">Normalised vectors, one after the other; a few thousand.</param>
    /// <param name="dimensions">Of a vector.</param>
    /// <param name="layout">Of the codes.</param>
    /// <param name="seed">Decides what chance decides.</param>
    /// <exception cref="ArgumentException">The sample is empty or not whole.</exception>
    public static VectorEncoder Train(ReadOnlySpan<float> sample, int dimensions, CodeLayout layout, int seed)
    {
        if (sample.IsEmpty || sample.Length % dimensions != 0)
            throw new ArgumentException($"A sample of {sample.Length} numbers is no whole number of vectors of {dimensions}.", nameof(sample));
        var mean = new float[dimensions];
        var axes = PrincipalAxes.Find(sample, dimensions, Math.Min(layout.Components, dimensions), mean, new Random(seed));
        var count = axes.Length / dimensions;
        var rows = sample.Length / dimensions;
        var magnitudes = new float[rows * count];
        var centred = new float[dimensions];
        for (var row = 0; row < rows; row++)
        {
            TensorPrimitives.Subtract(sample.Slice(row * dimensions, dimensions), mean, centred);
            for (var axis = 0; axis < count; axis++)
                magnitudes[(row * count) + axis] = MathF.Abs(VectorMath.Dot(centred, axes.AsSpan(axis * dimensions, dimensions)));
        }

        Array.Sort(magnitudes);
        var limit = magnitudes[^(1 + (int)(magnitudes.Length * ClippedShare))];
        return new VectorEncoder(layout, mean, axes, sbyte.MaxValue / (limit > LeastSpread ? limit : 1));
    }

    /// <summary>Writes the code of a vector: <see cref="CodeLayout.Bytes"/> bytes.</summary>
    public void Encode(ReadOnlySpan<float> vector, Span<sbyte> code)
    {
        Span<float> centred = _mean.Length <= 1024 ? stackalloc float[_mean.Length] : new float[_mean.Length];
        TensorPrimitives.Subtract(vector, _mean, centred);
        code[..Layout.Bytes].Clear();
        var sum = 0;
        for (var axis = 0; axis < AxisCount; axis++)
        {
            var value = VectorMath.Dot(centred, _axes.AsSpan(axis * _mean.Length, _mean.Length)) * _scale;
            var rounded = (int)MathF.Round(Math.Clamp(value, -sbyte.MaxValue, sbyte.MaxValue));
            code[axis] = (sbyte)rounded;
            sum += rounded * rounded;
        }

        MemoryMarshal.Write(MemoryMarshal.AsBytes(code[Layout.Components..]), in sum);
    }

    /// <summary>
    /// Writes the query's components, 16 bits each, as many as a code has bytes. Inner products with codes order rows as
    /// the inner product of the vectors would: what the mean adds is the same for all rows.
    /// </summary>
    /// <returns>What an inner product is multiplied by to be in units of the score.</returns>
    public float EncodeQuery(ReadOnlySpan<float> query, Span<short> components)
    {
        Span<float> projected = AxisCount <= 1024 ? stackalloc float[AxisCount] : new float[AxisCount];
        for (var axis = 0; axis < projected.Length; axis++)
            projected[axis] = VectorMath.Dot(query, _axes.AsSpan(axis * _mean.Length, _mean.Length));
        var largest = MathF.Abs(TensorPrimitives.MaxMagnitude<float>(projected));
        var scale = largest > 0 ? Layout.QueryLimit / largest : 1;
        components[..Layout.Bytes].Clear();
        for (var axis = 0; axis < projected.Length; axis++)
            components[axis] = (short)MathF.Round(projected[axis] * scale);
        return 1 / (scale * _scale);
    }
}
