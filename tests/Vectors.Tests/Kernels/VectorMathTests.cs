using ClipOrleans.Vectors.Kernels;
using CsCheck;

namespace ClipOrleans.Vectors.Tests.Kernels;

// Danger: a vector without direction that passes for normalised, or a large or tiny one that loses its direction.
// Invariant: what TryNormalize accepts has length 1 and its old direction; what it refuses stays as it was.
public sealed class VectorMathTests
{
    [Theory]
    [InlineData(0f, 0f)]
    [InlineData(float.NaN, 1f)]
    [InlineData(1f, float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity, 0f)]
    public void A_vector_without_direction_is_refused_and_untouched(float x, float y)
    {
        float[] vector = [x, y];
        Assert.False(VectorMath.TryNormalize(vector));
        Assert.Equal([x, y], vector);
    }

    [Fact]
    public void The_empty_vector_has_no_direction() => Assert.False(VectorMath.TryNormalize([]));

    [Fact]
    public void Any_finite_vector_gets_length_one_and_keeps_its_direction() =>
        Gen.Select(Gen.Float[-1, 1].Array[1, 600], Gen.OneOf(1f, 1e-30f, 1e30f, 1e38f)).Sample((components, scale) =>
        {
            float[] vector = [.. components.Select(x => x * scale)];
            if (!VectorMath.TryNormalize(vector))
                return components.All(x => x * scale == 0);
            var norm = Math.Sqrt(components.Sum(x => (double)(x * scale) * (x * scale)));
            return Math.Abs(vector.Sum(x => (double)x * x) - 1) < 1e-5
                && vector.Zip(components).All(pair => Math.Abs(pair.First - (pair.Second * scale / norm)) < 1e-6);
        });

    [Fact]
    public void Vectors_of_different_length_have_no_inner_product() =>
        Assert.Throws<ArgumentException>(() => VectorMath.Dot([1f, 2f], [1f]));
}
