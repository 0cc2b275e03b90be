using ClipOrleans.Vectors.Codes;
using CsCheck;

namespace ClipOrleans.Vectors.Tests.Codes;

// Danger: axes that are skew or in the wrong order: the leading codes would hold what varies little.
// Invariant: V is orthonormal, A = VΛVᵀ, and Λ falls.
// Method: random symmetric matrices, of full and of low rank, with equal values, diagonal, and zero.
public sealed class SymmetricEigenTests
{
    private const double Tolerance = 1e-9;

    private static readonly Gen<double[]> Matrices = Gen.Select(Gen.Int[1, 24], Gen.Int[0, 24], Gen.Int[0, 1_000_000]).Select(Symmetric);

    [Fact]
    public void A_matrix_is_the_product_of_what_it_is_taken_apart_into() => Matrices.Sample(AssertTakenApart, iter: 150);

    [Fact]
    public void Equal_values_and_no_values_are_taken_apart_too()
    {
        AssertTakenApart(new double[25]);
        AssertTakenApart([3]);
        AssertTakenApart([2, 0, 0, 0, 2, 0, 0, 0, 2]);
        AssertTakenApart([1, 0, 0, 0, 5, 0, 0, 0, 3]);
        AssertTakenApart([1, 1, 1, 1, 1, 1, 1, 1, 1]);
        AssertTakenApart([1e-30, 1e-31, 1e-31, 1e-30]);
        AssertTakenApart([1, 1e-20, 1e-20, 1e-40]);
    }

    private static void AssertTakenApart(double[] matrix)
    {
        var size = (int)Math.Sqrt(matrix.Length);
        var vectors = SymmetricEigen.Vectors([.. matrix], size);
        var largest = matrix.Max(Math.Abs);
        var values = Enumerable.Range(0, size).Select(Value).ToArray();
        for (var i = 0; i < size; i++)
        {
            for (var j = 0; j < size; j++)
            {
                Assert.Equal(i == j ? 1 : 0, Enumerable.Range(0, size).Sum(k => vectors[(i * size) + k] * vectors[(j * size) + k]), Tolerance);
                var product = Enumerable.Range(0, size).Sum(k => values[k] * vectors[(k * size) + i] * vectors[(k * size) + j]);
                Assert.InRange(product, matrix[(i * size) + j] - (largest * Tolerance), matrix[(i * size) + j] + (largest * Tolerance));
            }

            Assert.True(i == 0 || values[i] <= values[i - 1] + (largest * Tolerance), $"value {i} rises");
        }

        double Value(int vector) => Enumerable.Range(0, size).Sum(i => Enumerable.Range(0, size).Sum(j => vectors[(vector * size) + i] * matrix[(i * size) + j] * vectors[(vector * size) + j]));
    }

    /// <summary>A sum of as many outer products as the rank, of either sign.</summary>
    private static double[] Symmetric(int size, int rank, int seed)
    {
        var random = new Random(seed);
        var matrix = new double[size * size];
        for (var product = 0; product < rank; product++)
        {
            double[] vector = [.. Enumerable.Range(0, size).Select(_ => random.NextDouble() - 0.5)];
            var sign = random.Next(4) == 0 ? -1 : 1;
            for (var i = 0; i < matrix.Length; i++)
                matrix[i] += sign * vector[i / size] * vector[i % size];
        }

        return matrix;
    }
}
