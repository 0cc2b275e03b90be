using System.Numerics.Tensors;
using ClipOrleans.Vectors.Codes;

namespace ClipOrleans.Bench.Vectors;

/// <summary>
/// Image and text embeddings with the traits published for real CLIP spaces: a cone (all images share a direction), a gap
/// between the modalities, a spectrum of variances that falls slowly, clusters of many sizes with near duplicates, and
/// texts whose best image has a cosine of about 0.3. A small model's own vectors would not do: their rank is low, which
/// flatters any index. The same seed gives the same vectors, whatever the number of threads.
/// </summary>
internal sealed class ClipLikeVectors
{
    public const int QueryCount = 1000;
    private const int ChunkRows = 4096;
    private const double SpectrumExponent = -0.45;
    private const double ClusterSizeExponent = -0.7;

    private readonly int _dimensions;
    private readonly int _seed;
    private readonly float[] _spectrum;
    private readonly float[] _basis;
    private readonly float[] _fine;
    private readonly float[] _spread;
    private readonly double[] _cumulativeWeight;
    private readonly float[] _imageMean;
    private readonly float[] _textMean;

    public ClipLikeVectors(int count, int dimensions, int seed)
    {
        _dimensions = dimensions;
        _seed = seed;
        _spectrum = [.. Enumerable.Range(1, dimensions).Select(i => (float)Math.Pow(i, SpectrumExponent))];
        var random = new Random(seed);
        _basis = RandomBasis(dimensions, random);
        var coarseCount = Math.Max(20, count / 5000);
        var coarse = new float[coarseCount * dimensions];
        for (var i = 0; i < coarseCount; i++)
            Draw(random, Row(coarse, i));
        var fineCount = Math.Max(200, count / 50);
        _fine = new float[fineCount * dimensions];
        _spread = new float[fineCount];
        for (var i = 0; i < fineCount; i++)
        {
            Mix(Row(_fine, i), Row(coarse, random.Next(coarseCount)), 0.7f, 0.7f, random);
            _spread[i] = 0.35f + (0.55f * random.NextSingle());
        }

        _cumulativeWeight = new double[fineCount];
        var sum = 0.0;
        for (var i = 0; i < fineCount; i++)
            _cumulativeWeight[i] = sum += Math.Pow(i + 1, ClusterSizeExponent);
        _imageMean = new float[dimensions];
        Draw(random, _imageMean);
        _textMean = new float[dimensions];
        Draw(random, _textMean);
    }

    /// <summary>How many chunks so many rows are made of: where the next ones begin.</summary>
    public static int Chunks(int count) => (count + ChunkRows - 1) / ChunkRows;

    /// <param name="count">Rows.</param>
    /// <param name="firstChunk">Other chunks are other rows of the same distribution.</param>
    public float[] Images(int count, int firstChunk = 0)
    {
        var images = new float[checked(count * _dimensions)];
        Parallel.For(0, Chunks(count), chunk =>
        {
            var random = new Random(HashCode(firstChunk + chunk));
            var direction = new float[_dimensions];
            for (var row = chunk * ChunkRows; row < Math.Min(count, (chunk + 1) * ChunkRows); row++)
            {
                var cluster = PickCluster(random);
                var spread = _spread[cluster];
                Mix(direction, Row(_fine, cluster), MathF.Sqrt(1 - (spread * spread)), spread, random);
                Place(_imageMean, 0.72f, direction, 0.69f, Row(images, row));
            }
        });
        return images;
    }

    public float[] Texts()
    {
        var random = new Random(HashCode(-1));
        var texts = new float[QueryCount * _dimensions];
        var direction = new float[_dimensions];
        for (var row = 0; row < QueryCount; row++)
        {
            Mix(direction, Row(_fine, random.Next(_spread.Length)), 0.55f, 0.83f, random);
            Place(_textMean, 0.75f, direction, 0.66f, Row(texts, row));
        }

        return texts;
    }

    private static float[] RandomBasis(int dimensions, Random random)
    {
        var basis = new float[dimensions * dimensions];
        for (var axis = 0; axis < dimensions; axis++)
        {
            var current = basis.AsSpan(axis * dimensions, dimensions);
            foreach (ref var value in current)
                value = Gaussian.Next(random);
            for (var other = 0; other < 2 * axis; other++)
            {
                var earlier = basis.AsSpan(other % axis * dimensions, dimensions);
                TensorPrimitives.MultiplyAdd(earlier, -TensorPrimitives.Dot<float>(earlier, current), current, current);
            }

            Normalise(current);
        }

        return basis;
    }

    private static void Normalise(Span<float> vector) => TensorPrimitives.Divide(vector, TensorPrimitives.Norm<float>(vector), vector);

    private int HashCode(int chunk) => unchecked((_seed * 1_000_003) + ((chunk + 2) * 7919));

    private Span<float> Row(float[] matrix, int row) => matrix.AsSpan(row * _dimensions, _dimensions);

    private int PickCluster(Random random)
    {
        var found = Array.BinarySearch(_cumulativeWeight, random.NextDouble() * _cumulativeWeight[^1]);
        return Math.Min(found < 0 ? ~found : found, _cumulativeWeight.Length - 1);
    }

    private void Draw(Random random, Span<float> vector)
    {
        for (var i = 0; i < vector.Length; i++)
            vector[i] = Gaussian.Next(random) * _spectrum[i];
        Normalise(vector);
    }

    /// <summary>A direction made of a given one and a fresh one.</summary>
    private void Mix(Span<float> into, ReadOnlySpan<float> given, float givenShare, float freshShare, Random random)
    {
        Draw(random, into);
        TensorPrimitives.Multiply(into, freshShare, into);
        TensorPrimitives.MultiplyAdd(given, givenShare, into, into);
        Normalise(into);
    }

    /// <summary>Moves a direction into its modality's cone and turns it, so that no coordinate is an axis of the spectrum.</summary>
    private void Place(ReadOnlySpan<float> mean, float meanShare, ReadOnlySpan<float> direction, float share, Span<float> into)
    {
        Span<float> sum = stackalloc float[_dimensions];
        TensorPrimitives.Multiply(direction, share, sum);
        TensorPrimitives.MultiplyAdd(mean, meanShare, sum, sum);
        for (var i = 0; i < into.Length; i++)
            into[i] = TensorPrimitives.Dot(sum, _basis.AsSpan(i * _dimensions, _dimensions));
        Normalise(into);
    }
}
