using System.Runtime.InteropServices;
using ClipOrleans.Vectors.Kernels;
using ClipOrleans.Vectors.Codes;

namespace ClipOrleans.Vectors.Tests.Codes;

// Danger: codes that misjudge rows send the search astray, and re-scoring can't bring back what was never met.
// Invariant: axes are orthonormal and carry the sample's variance; code scores are near the true ones; same seed, same code.
// Method: vectors of known spectrum, where theory says how much the axes hold; degenerate samples.
public sealed unsafe class VectorEncoderTests
{
    private const int Dimensions = 96;
    private static readonly CodeLayout Layout = new(64);

    [Fact]
    public void Axes_are_orthonormal_and_hold_the_subspace_of_most_variance()
    {
        const int rank = 10;
        var sample = LowRank(2_000, rank, seed: 3);
        var mean = new float[Dimensions];
        var axes = PrincipalAxes.Find(sample, Dimensions, rank, mean, new Random(1));
        for (var a = 0; a < rank; a++)
        {
            for (var b = 0; b <= a; b++)
                Assert.Equal(a == b ? 1 : 0, VectorMath.Dot(Row(axes, a), Row(axes, b)), 1e-4f);
        }

        for (var row = 0; row < 50; row++)
        {
            var centred = Row(sample, row).ToArray();
            for (var i = 0; i < Dimensions; i++)
                centred[i] -= mean[i];
            var within = Enumerable.Range(0, rank).Sum(axis => Math.Pow(VectorMath.Dot(centred, Row(axes, axis)), 2));
            Assert.Equal(VectorMath.Dot(centred, centred), within, 1e-3);
        }
    }

    [Fact]
    public void Code_scores_differ_from_true_scores_by_less_than_a_hundredth_when_the_axes_hold_all()
    {
        var sample = LowRank(2_000, 20, seed: 4);
        var encoder = VectorEncoder.Train(sample, Dimensions, Layout, seed: 1);
        var code = new sbyte[Layout.Bytes];
        var query = new short[Layout.Bytes];
        for (var row = 0; row < 200; row++)
        {
            var about = Row(sample, row + 1);
            var unit = encoder.EncodeQuery(about, query);
            encoder.Encode(Row(sample, row), code);
            fixed (short* q = query)
            fixed (sbyte* c = code)
            {
                var estimate = (CodeKernels.Dot(q, c, Layout.Bytes) * unit) + VectorMath.Dot(about, encoder.Mean);
                Assert.Equal(VectorMath.Dot(about, Row(sample, row)), estimate, 0.01f);
            }
        }
    }

    [Fact]
    public void The_sum_of_squares_stands_behind_the_components()
    {
        var sample = LowRank(500, 20, seed: 5);
        var encoder = VectorEncoder.Train(sample, Dimensions, Layout, seed: 1);
        var code = new sbyte[Layout.Bytes];
        encoder.Encode(Row(sample, 7), code);
        var expected = code.Take(Layout.Components).Sum(component => component * component);
        Assert.True(expected > 0);
        Assert.Equal(expected, MemoryMarshal.Read<int>(MemoryMarshal.AsBytes(code.AsSpan(Layout.Components))));
    }

    [Fact]
    public void I10_The_same_sample_and_seed_give_the_same_codes()
    {
        var sample = LowRank(500, 20, seed: 6);
        var one = VectorEncoder.Train(sample, Dimensions, Layout, seed: 9);
        var other = VectorEncoder.Train(sample, Dimensions, Layout, seed: 9);
        Assert.Equal(one.Axes.ToArray(), other.Axes.ToArray());
        Assert.Equal(one.Scale, other.Scale);
        Assert.NotEqual(one.Axes.ToArray(), VectorEncoder.Train(sample, Dimensions, Layout, seed: 10).Axes.ToArray());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(50)]
    public void A_sample_of_one_direction_gives_codes_all_the_same(int rows)
    {
        var direction = Sample.Direction(1, Dimensions);
        var sample = Enumerable.Repeat(direction, rows).SelectMany(vector => vector).ToArray();
        var encoder = VectorEncoder.Train(sample, Dimensions, Layout, seed: 1);
        var code = new sbyte[Layout.Bytes];
        encoder.Encode(direction, code);
        Assert.All(code.Take(Layout.Components), component => Assert.InRange(component, -1, 1));
    }

    [Fact]
    public void More_components_than_dimensions_stay_empty()
    {
        var sample = Enumerable.Range(0, 100).SelectMany(i => Sample.Direction(i, 8)).ToArray();
        var encoder = VectorEncoder.Train(sample, 8, Layout, seed: 1);
        Assert.Equal(8, encoder.AxisCount);
        var code = new sbyte[Layout.Bytes];
        encoder.Encode(Sample.Direction(5, 8), code);
        Assert.All(code.Skip(8).Take(Layout.Components - 8), component => Assert.Equal(0, component));
    }

    [Fact]
    public void A_sample_that_is_not_whole_is_refused() =>
        Assert.Throws<ArgumentException>(() => VectorEncoder.Train(new float[Dimensions + 1], Dimensions, Layout, seed: 1));

    private static ReadOnlySpan<float> Row(float[] matrix, int row) => matrix.AsSpan(row * Dimensions, Dimensions);

    private static float[] LowRank(int rows, int rank, int seed)
    {
        var random = new Random(seed);
        var directions = Enumerable.Range(0, rank).Select(i => Sample.Direction(1000 + i, Dimensions)).ToArray();
        var sample = new float[rows * Dimensions];
        for (var row = 0; row < rows; row++)
        {
            var vector = sample.AsSpan(row * Dimensions, Dimensions);
            foreach (var direction in directions)
            {
                var share = Gaussian.Next(random);
                for (var i = 0; i < Dimensions; i++)
                    vector[i] += share * direction[i];
            }

            Assert.True(VectorMath.TryNormalize(vector));
        }

        return sample;
    }
}
