using ClipOrleans.Vectors.Codes;
using ClipOrleans.Vectors.Kernels;

namespace ClipOrleans.Vectors.Tests.Codes;

// Danger: axes that miss what varies, or whose order says nothing: short codes would be spent on noise.
// Invariant: axes are orthonormal, hold the subspace of most variance, and their variances fall.
// Method: samples of known rank and spectrum, where theory says what the axes hold; samples that do not vary.
public sealed class PrincipalAxesTests
{
    private const int Dimensions = 96;
    private const int Rows = 1_000;

    [Fact]
    public void Axes_hold_the_whole_of_a_sample_of_low_rank()
    {
        const int rank = 10;
        var sample = Spectrum(rank, static axis => 1, seed: 3);
        var mean = new float[Dimensions];
        var axes = PrincipalAxes.Find(sample, Dimensions, rank, mean, new Random(1));
        AssertOrthonormal(axes, rank);
        for (var row = 0; row < 50; row++)
        {
            var vector = Centred(sample, row, mean);
            var within = Enumerable.Range(0, rank).Sum(axis => Math.Pow(VectorMath.Dot(vector, Row(axes, axis)), 2));
            Assert.Equal(VectorMath.Dot(vector, vector), within, 1e-3);
        }
    }

    [Fact]
    public void Axes_are_in_the_order_of_their_variance()
    {
        const int wanted = 32;
        var sample = Spectrum(Dimensions, static axis => 1 / MathF.Sqrt(1 + axis), seed: 4);
        var mean = new float[Dimensions];
        var axes = PrincipalAxes.Find(sample, Dimensions, wanted, mean, new Random(1));
        AssertOrthonormal(axes, wanted);
        var centred = Enumerable.Range(0, Rows).Select(row => Centred(sample, row, mean)).ToArray();
        var variances = Enumerable.Range(0, wanted).Select(axis => centred.Average(vector => Math.Pow(VectorMath.Dot(vector, Row(axes, axis)), 2))).ToArray();
        for (var axis = 1; axis < wanted; axis++)
            Assert.True(variances[axis] <= variances[axis - 1] * 1.0001, $"axis {axis}: {variances[axis]} after {variances[axis - 1]}");

        // And they are the leading ones: no other direction holds more than the last of them.
        var others = Enumerable.Range(0, 50).Select(i => Orthogonal(Sample.Direction(i, Dimensions), axes, wanted));
        Assert.All(others, other => Assert.True(centred.Average(vector => Math.Pow(VectorMath.Dot(vector, other), 2)) < variances[^1]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(40)]
    public void A_sample_that_does_not_vary_still_has_axes(int rows)
    {
        var sample = Enumerable.Repeat(Sample.Direction(1, Dimensions), rows).SelectMany(vector => vector).ToArray();
        var mean = new float[Dimensions];
        var axes = PrincipalAxes.Find(sample, Dimensions, 24, mean, new Random(1));
        AssertOrthonormal(axes, 24);
        Assert.Equal(1, VectorMath.Dot(mean, sample.AsSpan(0, Dimensions)), 1e-5f);
    }

    [Fact]
    public void All_dimensions_can_be_axes()
    {
        var sample = Enumerable.Range(0, 300).SelectMany(i => Sample.Direction(i, 8)).ToArray();
        AssertOrthonormal(PrincipalAxes.Find(sample, 8, 8, new float[8], new Random(1)), 8, 8);
        Assert.Equal(1, MathF.Abs(Assert.Single(PrincipalAxes.Find([1, -1, 1], 1, 1, new float[1], new Random(1)))), 1e-6f);
    }

    private static void AssertOrthonormal(float[] axes, int count, int dimensions = Dimensions)
    {
        Assert.Equal(count * dimensions, axes.Length);
        for (var a = 0; a < count; a++)
        {
            for (var b = 0; b <= a; b++)
                Assert.Equal(a == b ? 1 : 0, VectorMath.Dot(axes.AsSpan(a * dimensions, dimensions), axes.AsSpan(b * dimensions, dimensions)), 1e-4f);
        }
    }

    private static float[] Orthogonal(float[] vector, float[] axes, int count)
    {
        for (var axis = 0; axis < count; axis++)
        {
            var share = VectorMath.Dot(vector, Row(axes, axis));
            for (var i = 0; i < Dimensions; i++)
                vector[i] -= share * axes[(axis * Dimensions) + i];
        }

        Assert.True(VectorMath.TryNormalize(vector));
        return vector;
    }

    private static float[] Centred(float[] sample, int row, float[] mean) => [.. Row(sample, row).ToArray().Zip(mean, static (value, centre) => value - centre)];

    private static ReadOnlySpan<float> Row(float[] matrix, int row) => matrix.AsSpan(row * Dimensions, Dimensions);

    /// <summary>Sums of random directions, each with the deviation of its number.</summary>
    private static float[] Spectrum(int rank, Func<int, float> deviation, int seed)
    {
        var random = new Random(seed);
        var directions = Enumerable.Range(0, rank).Select(i => Sample.Direction(1000 + i, Dimensions)).ToArray();
        var sample = new float[Rows * Dimensions];
        for (var row = 0; row < Rows; row++)
        {
            var vector = sample.AsSpan(row * Dimensions, Dimensions);
            for (var axis = 0; axis < rank; axis++)
            {
                var share = deviation(axis) * Gaussian.Next(random);
                for (var i = 0; i < Dimensions; i++)
                    vector[i] += share * directions[axis][i];
            }

            Assert.True(VectorMath.TryNormalize(vector));
        }

        return sample;
    }
}
