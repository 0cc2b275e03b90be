namespace ClipOrleans.Vectors.Codes;

/// <summary>Eigenvectors of a small symmetric matrix by cyclic Jacobi rotations (Golub and Van Loan, Matrix Computations, 8.5).</summary>
internal static class SymmetricEigen
{
    /// <summary>Convergence is quadratic: a matrix of a few hundred rows is diagonal to double precision well before.</summary>
    private const int MaxSweeps = 12;

    /// <param name="matrix">Row after row; destroyed.</param>
    /// <param name="size">Rows.</param>
    /// <returns>The vectors one after the other, the one of the largest eigenvalue first.</returns>
    public static double[] Vectors(double[] matrix, int size)
    {
        var vectors = new double[size * size];
        for (var i = 0; i < size; i++)
            vectors[(i * size) + i] = 1;
        for (var sweep = 0; sweep < MaxSweeps; sweep++)
        {
            var turned = false;
            for (var p = 0; p < size; p++)
            {
                for (var q = p + 1; q < size; q++)
                    turned |= Turn(matrix, vectors, size, p, q);
            }

            if (!turned)
                break;
        }

        var order = Enumerable.Range(0, size).OrderByDescending(i => matrix[(i * size) + i]).ToArray();
        var sorted = new double[vectors.Length];
        for (var i = 0; i < size; i++)
            vectors.AsSpan(order[i] * size, size).CopyTo(sorted.AsSpan(i * size));
        return sorted;
    }

    /// <summary>Makes the element at (p, q) zero. False when it already is, next to the diagonal elements.</summary>
    private static bool Turn(double[] matrix, double[] vectors, int size, int p, int q)
    {
        const double negligible = 1e-12;
        var (pp, qq, pq) = (matrix[(p * size) + p], matrix[(q * size) + q], matrix[(p * size) + q]);
        if (Math.Abs(pq) <= negligible * (Math.Abs(pp) + Math.Abs(qq)))
            return false;
        var theta = (qq - pp) / (2 * pq);
        var tangent = (theta < 0 ? -1 : 1) / (Math.Abs(theta) + Math.Sqrt((theta * theta) + 1));
        var cosine = 1 / Math.Sqrt((tangent * tangent) + 1);
        var sine = tangent * cosine;
        for (var k = 0; k < size; k++)
        {
            ref var first = ref matrix[(k * size) + p];
            ref var second = ref matrix[(k * size) + q];
            (first, second) = ((cosine * first) - (sine * second), (sine * first) + (cosine * second));
        }

        Rotate(matrix.AsSpan(p * size, size), matrix.AsSpan(q * size, size), cosine, sine);
        Rotate(vectors.AsSpan(p * size, size), vectors.AsSpan(q * size, size), cosine, sine);
        return true;
    }

    private static void Rotate(Span<double> first, Span<double> second, double cosine, double sine)
    {
        for (var k = 0; k < first.Length; k++)
            (first[k], second[k]) = ((cosine * first[k]) - (sine * second[k]), (sine * first[k]) + (cosine * second[k]));
    }
}
