using System.Numerics.Tensors;
using ClipOrleans.Vectors.Kernels;

namespace ClipOrleans.Vectors.Codes;

/// <summary>
/// Vectors as 12-bit integer components along the principal axes of a sample. Everything that is learnt from them is
/// integer arithmetic, so an index is the same on every processor. Immutable; any number of threads use it at once.
/// </summary>
internal sealed class Projection
{
    /// <summary>Largest magnitude of a component, where not so many are summed that <see cref="LimitOf"/> is less.</summary>
    public const int Limit = 2047;

    /// <summary>Components are stored in multiples of this many, the rest zero: one register of 16-bit numbers.</summary>
    public const int Granularity = 32;

    /// <summary>Components beyond this share of the sample's values are clipped: a wider scale would cost all others precision.</summary>
    private const double ClippedShare = 1e-5;

    /// <summary>A sample that varies less than this varies by rounding: a scale that made components of it would code noise.</summary>
    private const float LeastSpread = 1e-4f;

    private readonly float[] _mean;
    private readonly float[] _axes;
    private readonly float[] _meanAlong;

    /// <param name="mean">Of the sample.</param>
    /// <param name="axes">Orthonormal, one after the other.</param>
    /// <param name="scale">Units of a component for a length of 1.</param>
    public Projection(float[] mean, float[] axes, float scale)
    {
        ArgumentNullException.ThrowIfNull(mean);
        ArgumentNullException.ThrowIfNull(axes);
        ArgumentOutOfRangeException.ThrowIfNotEqual(axes.Length % mean.Length, 0);
        _mean = mean;
        _axes = axes;
        Scale = scale;
        _meanAlong = new float[AxisCount];
        Along(mean, _meanAlong);
    }

    public int Dimensions => _mean.Length;

    public int AxisCount => _axes.Length / _mean.Length;

    /// <summary>Components as stored.</summary>
    public int Stride => (AxisCount + Granularity - 1) / Granularity * Granularity;

    public float Scale { get; }

    /// <summary>
    /// Largest magnitude of a component when a vector has so many: an inner product of two vectors, and half of another
    /// taken from it, then fit 32 bits. Below 342 components that is <see cref="Limit"/>.
    /// </summary>
    public static int LimitOf(int components) => Math.Min(Limit, (int)Math.Sqrt(int.MaxValue / (1.5 * components)));

    public ReadOnlySpan<float> Mean => _mean;

    public ReadOnlySpan<float> Axes => _axes;

    public long BytesInMemory => (_mean.Length + (long)_axes.Length + _meanAlong.Length) * sizeof(float);

    /// <param name="sample">Normalised vectors, one after the other; a few thousand.</param>
    /// <param name="dimensions">Of a vector.</param>
    /// <param name="axisCount">Axes wanted, at most the dimensions.</param>
    /// <param name="seed">Decides what chance decides.</param>
    /// <exception cref="ArgumentException">The sample is empty or not whole.</exception>
    public static Projection Train(ReadOnlySpan<float> sample, int dimensions, int axisCount, int seed)
    {
        if (sample.IsEmpty || sample.Length % dimensions != 0)
            throw new ArgumentException($"A sample of {sample.Length} numbers is no whole number of vectors of {dimensions}.", nameof(sample));
        var mean = new float[dimensions];
        var axes = PrincipalAxes.Find(sample, dimensions, axisCount, mean, new Random(seed));
        var unscaled = new Projection(mean, axes, 1);
        var rows = sample.Length / dimensions;
        var magnitudes = new float[rows * axisCount];
        for (var row = 0; row < rows; row++)
            unscaled.Centred(sample.Slice(row * dimensions, dimensions), magnitudes.AsSpan(row * axisCount, axisCount));
        TensorPrimitives.Abs(magnitudes, magnitudes);
        Array.Sort(magnitudes);
        var limit = magnitudes[^(1 + (int)(magnitudes.Length * ClippedShare))];
        return new Projection(mean, axes, LimitOf(axisCount) / (limit > LeastSpread ? limit : 1));
    }

    /// <summary>Writes the <see cref="Stride"/> components of a vector.</summary>
    public void Project(ReadOnlySpan<float> vector, Span<short> components)
    {
        Span<float> along = stackalloc float[AxisCount];
        var limit = LimitOf(AxisCount);
        Centred(vector, along);
        components[AxisCount..Stride].Clear();
        for (var axis = 0; axis < along.Length; axis++)
            components[axis] = (short)MathF.Round(Math.Clamp(along[axis] * Scale, -limit, limit));
    }

    /// <summary>
    /// Writes what one unit of each component adds to the score of a query, and the same as integers of up to 12 bits. The mean
    /// adds the same to all rows and is left out.
    /// </summary>
    /// <returns>What an inner product with the integers is multiplied by to be in units of the score.</returns>
    public float ProjectQuery(ReadOnlySpan<float> query, Span<float> weights, Span<short> components)
    {
        weights = weights[..AxisCount];
        Along(query, weights);
        TensorPrimitives.Divide(weights, Scale, weights);
        var largest = MathF.Abs(TensorPrimitives.MaxMagnitude<float>(weights));
        var unit = largest > 0 ? largest / LimitOf(AxisCount) : 1;
        components[AxisCount..Stride].Clear();
        for (var axis = 0; axis < weights.Length; axis++)
            components[axis] = (short)MathF.Round(weights[axis] / unit);
        return unit;
    }

    private void Centred(ReadOnlySpan<float> vector, Span<float> along)
    {
        Along(vector, along);
        TensorPrimitives.Subtract(along, _meanAlong, along);
    }

    private void Along(ReadOnlySpan<float> vector, Span<float> along)
    {
        for (var axis = 0; axis < along.Length; axis++)
            along[axis] = VectorMath.Dot(vector, _axes.AsSpan(axis * _mean.Length, _mean.Length));
    }
}
