using ClipOrleans.Vectors.Codes;
using ClipOrleans.Vectors.Kernels;

namespace ClipOrleans.Vectors.Tests.Codes;

// Danger: components that overflow, lose precision, or are those of another machine.
// Invariant: components are within their limit, zero behind the axes, and give the score to the precision of a step.
// Method: random samples against float arithmetic along the same axes; vectors far outside of the sample; samples that do
// not vary; as many axes as the largest vectors have.
public sealed class ProjectionTests
{
    private const int Dimensions = 48;

    [Fact]
    public void Inner_products_of_components_are_those_along_the_axes()
    {
        var sample = Sampled(600, Dimensions);
        var projection = Projection.Train(sample, Dimensions, 40, seed: 1);
        Assert.Equal((40, 64, Dimensions), (projection.AxisCount, projection.Stride, projection.Dimensions));
        var components = new short[projection.Stride];
        var queryComponents = new short[projection.Stride];
        var weights = new float[projection.AxisCount];
        for (var i = 0; i < 100; i++)
        {
            var vector = Sample.Direction(i, Dimensions);
            var query = Sample.Direction(5000 + i, Dimensions);
            projection.Project(vector, components);
            var unit = projection.ProjectQuery(query, weights, queryComponents);
            var expected = Enumerable.Range(0, 40).Sum(axis => (double)Along(projection, axis, query) * (Along(projection, axis, vector) - Along(projection, axis, projection.Mean)));
            var byWeights = Enumerable.Range(0, 40).Sum(axis => (double)weights[axis] * components[axis]);
            var byIntegers = Enumerable.Range(0, projection.Stride).Sum(axis => (long)queryComponents[axis] * components[axis]) * (double)unit;
            // Each component is off by half a step at most, and so is each of the query's.
            var step = Enumerable.Range(0, 40).Sum(axis => Math.Abs((double)weights[axis])) / 2;
            var queryStep = Enumerable.Range(0, 40).Sum(axis => Math.Abs((double)components[axis])) * unit / 2;
            Assert.InRange(byWeights, expected - step - 1e-5, expected + step + 1e-5);
            Assert.InRange(byIntegers, byWeights - queryStep - 1e-5, byWeights + queryStep + 1e-5);
            Assert.All(components.Skip(40).Concat(queryComponents.Skip(40)), component => Assert.Equal(0, component));
        }
    }

    [Fact]
    public void What_lies_far_outside_of_the_sample_is_clipped()
    {
        // All of the sample within a narrow cone, so that a step is small.
        var centre = Sample.Direction(1, Dimensions);
        var sample = Enumerable.Range(0, 200).SelectMany(i =>
        {
            var noise = Sample.Direction(2 + i, Dimensions);
            float[] vector = [.. centre.Zip(noise, static (a, b) => a + (0.01f * b))];
            Assert.True(VectorMath.TryNormalize(vector));
            return vector;
        }).ToArray();
        var projection = Projection.Train(sample, Dimensions, 32, seed: 1);
        var components = new short[projection.Stride];
        projection.Project(Sample.Direction(7_777, Dimensions), components);
        Assert.All(components, component => Assert.InRange(component, -Projection.Limit, Projection.Limit));
        Assert.Contains(components, component => Math.Abs((int)component) == Projection.Limit);
        projection.Project(sample.AsSpan(0, Dimensions), components);
        Assert.Contains(components, component => Math.Abs((int)component) is > 100 and < Projection.Limit);
    }

    [Fact]
    public void A_nearest_centroid_of_as_many_axes_as_there_can_be_does_not_overflow()
    {
        // 512 groups of 4,096 dimensions have 1,280 axes.
        var stride = AxisGroups.Sizes(4_096, 512).Sum();
        Assert.Equal(1_280, stride);
        foreach (var components in (int[])[32, 160, 320, 341, 352, 640, stride])
        {
            var limit = (long)Projection.LimitOf(components);
            Assert.InRange((components * limit * limit) + (components * limit * limit / 2), 0, int.MaxValue);
        }

        Assert.Equal(Projection.Limit, Projection.LimitOf(341));
        var extreme = (short)Projection.LimitOf(stride);
        short[] centroids = [.. Enumerable.Repeat((short)-extreme, stride), .. Enumerable.Repeat(extreme, stride)];
        var clustering = new ClipOrleans.Vectors.Ann.Clustering(centroids, stride);
        Assert.Equal(1, clustering.Nearest([.. Enumerable.Repeat(extreme, stride)]));
        Assert.Equal(0, clustering.Nearest([.. Enumerable.Repeat((short)-extreme, stride)]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(50)]
    public void A_sample_of_one_direction_gives_components_of_nothing(int rows)
    {
        var direction = Sample.Direction(1, Dimensions);
        var projection = Projection.Train([.. Enumerable.Repeat(direction, rows).SelectMany(vector => vector)], Dimensions, 32, seed: 1);
        var components = new short[projection.Stride];
        projection.Project(direction, components);
        Assert.All(components, component => Assert.InRange(component, -1, 1));
    }

    [Fact]
    public void I10_The_same_sample_and_seed_give_the_same_axes()
    {
        var sample = Sampled(300, Dimensions);
        var one = Projection.Train(sample, Dimensions, 16, seed: 9);
        var other = Projection.Train(sample, Dimensions, 16, seed: 9);
        Assert.Equal(one.Axes.ToArray(), other.Axes.ToArray());
        Assert.Equal(one.Scale, other.Scale);
        Assert.NotEqual(one.Axes.ToArray(), Projection.Train(sample, Dimensions, 16, seed: 10).Axes.ToArray());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(Dimensions + 1)]
    public void A_sample_that_is_empty_or_not_whole_is_refused(int length) =>
        Assert.Throws<ArgumentException>(() => Projection.Train(new float[length], Dimensions, 8, seed: 1));

    private static float Along(Projection projection, int axis, ReadOnlySpan<float> vector) =>
        VectorMath.Dot(vector, projection.Axes.Slice(axis * projection.Dimensions, projection.Dimensions));

    private static float[] Sampled(int rows, int dimensions) => [.. Enumerable.Range(0, rows).SelectMany(i => Sample.Direction(i, dimensions))];
}
