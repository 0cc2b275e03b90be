using System.Numerics.Tensors;
using ClipOrleans.Vectors.Kernels;

namespace ClipOrleans.Vectors.Codes;

/// <summary>
/// The orthonormal axes along which a sample varies most, by orthogonal iteration on its covariance with a last step of
/// Rayleigh and Ritz (Golub and Van Loan, Matrix Computations, 8.2.4 and 8.1.2). Text queries vary in the same directions
/// as images do: what the rest of the space adds to a score is small, so codes of these axes alone can choose candidates.
/// </summary>
internal static class PrincipalAxes
{
    /// <summary>Enough to separate the subspace; the last step orders the axes within it.</summary>
    private const int Rounds = 12;

    /// <param name="sample">Vectors one after the other.</param>
    /// <param name="dimensions">Of a vector.</param>
    /// <param name="count">Axes wanted, at most the dimensions.</param>
    /// <param name="mean">Receives the sample's mean.</param>
    /// <param name="random">Decides the start.</param>
    /// <returns>The axes one after the other, the one of most variance first.</returns>
    public static float[] Find(ReadOnlySpan<float> sample, int dimensions, int count, Span<float> mean, Random random)
    {
        var covariance = Covariance(sample, dimensions, mean);
        var axes = RandomAxes(count, dimensions, random);
        var next = new float[axes.Length];
        for (var round = 0; round < Rounds; round++)
        {
            for (var axis = 0; axis < count; axis++)
            {
                for (var row = 0; row < dimensions; row++)
                    next[(axis * dimensions) + row] = VectorMath.Dot(covariance.AsSpan(row * dimensions, dimensions), axes.AsSpan(axis * dimensions, dimensions));
            }

            Orthonormalise(next, count, dimensions, random);
            (axes, next) = (next, axes);
        }

        return Ordered(axes, covariance, count, dimensions);
    }

    private static float[] Covariance(ReadOnlySpan<float> sample, int dimensions, Span<float> mean)
    {
        var rows = sample.Length / dimensions;
        mean.Clear();
        for (var row = 0; row < rows; row++)
            TensorPrimitives.Add(mean, sample.Slice(row * dimensions, dimensions), mean);
        TensorPrimitives.Divide(mean, rows, mean);

        var covariance = new float[dimensions * dimensions];
        var centred = new float[dimensions];
        for (var row = 0; row < rows; row++)
        {
            TensorPrimitives.Subtract(sample.Slice(row * dimensions, dimensions), mean, centred);
            for (var i = 0; i < dimensions; i++)
            {
                var target = covariance.AsSpan(i * dimensions, dimensions);
                TensorPrimitives.MultiplyAdd(centred, centred[i], target, target);
            }
        }

        TensorPrimitives.Divide(covariance, rows, covariance);
        return covariance;
    }

    private static float[] RandomAxes(int count, int dimensions, Random random)
    {
        var axes = new float[count * dimensions];
        foreach (ref var value in axes.AsSpan())
            value = Gaussian.Next(random);
        Orthonormalise(axes, count, dimensions, random);
        return axes;
    }

    /// <summary>Modified Gram-Schmidt; an axis that the ones before it span (the sample has lower rank) is drawn anew.</summary>
    private static void Orthonormalise(float[] axes, int count, int dimensions, Random random)
    {
        const float spanned = 1e-4f;
        for (var axis = 0; axis < count; axis++)
        {
            var current = axes.AsSpan(axis * dimensions, dimensions);
            var before = TensorPrimitives.Norm<float>(current);
            // Twice is enough (Kahan, Parlett): the second pass removes what rounding left.
            for (var pass = 0; pass < 2; pass++)
            {
                for (var other = 0; other < axis; other++)
                {
                    var earlier = axes.AsSpan(other * dimensions, dimensions);
                    TensorPrimitives.MultiplyAdd(earlier, -VectorMath.Dot(earlier, current), current, current);
                }
            }

            if (!(TensorPrimitives.Norm<float>(current) > before * spanned) || !VectorMath.TryNormalize(current))
            {
                foreach (ref var value in current)
                    value = Gaussian.Next(random);
                axis--;
            }
        }
    }

    /// <summary>Turns the axes within their subspace so that the sample's components along them are uncorrelated.</summary>
    private static float[] Ordered(float[] axes, float[] covariance, int count, int dimensions)
    {
        var image = new float[dimensions];
        var within = new double[count * count];
        for (var axis = 0; axis < count; axis++)
        {
            for (var row = 0; row < dimensions; row++)
                image[row] = VectorMath.Dot(covariance.AsSpan(row * dimensions, dimensions), axes.AsSpan(axis * dimensions, dimensions));
            for (var other = 0; other < count; other++)
                within[(axis * count) + other] = VectorMath.Dot(image, axes.AsSpan(other * dimensions, dimensions));
        }

        var turns = SymmetricEigen.Vectors(within, count);
        var ordered = new float[axes.Length];
        for (var axis = 0; axis < count; axis++)
        {
            var target = ordered.AsSpan(axis * dimensions, dimensions);
            for (var other = 0; other < count; other++)
                TensorPrimitives.MultiplyAdd(axes.AsSpan(other * dimensions, dimensions), (float)turns[(axis * count) + other], target, target);
        }

        return ordered;
    }
}
