using System.Globalization;
using System.Numerics.Tensors;
using ClipOrleans.Vectors.Codes;

namespace ClipOrleans.Bench.Vectors;

/// <summary>
/// The statistics that make a data set CLIP-like, each with the bounds in which three seeds of the reference generator
/// (a NumPy script, 100,000 x 512) lie: measured 0.722 to 0.730, 0.750 to 0.752, 3.56 to 3.84, 3.25 to 3.41,
/// 0.465 to 0.470 and 0.821 to 0.822. A million has more clusters, so its variance is less concentrated: there the
/// script gives 0.719 to 0.724 for the cone and 0.383 to 0.389 and 0.765 to 0.769 for the variances.
/// </summary>
internal static class VectorTraits
{
    /// <summary>Below so many the bounds say nothing.</summary>
    public const int LeastCount = 100_000;

    private const int SpectrumSample = 4000;
    private const int ScoreSample = 4000;
    private const int QuerySample = 200;

    /// <summary>From here on the bounds of a million rows hold.</summary>
    private const int LargeCount = 500_000;

    /// <param name="data">Image vectors and text queries.</param>
    /// <param name="areChecked">They claim to be CLIP-like; others are only described.</param>
    /// <exception cref="InvalidDataException">The data are not what the benchmark claims to measure on.</exception>
    public static IEnumerable<string[]> Of(VectorDataSet data, bool areChecked)
    {
        var (best, tenth) = Standouts(data);
        var isLarge = data.Count >= LargeCount;
        Trait[] traits =
        [
            new("cone: length of the mean image", MeanLength(data.Vectors, data.Dimensions), 0.71, 0.74),
            new("length of the mean text", MeanLength(data.Queries, data.Dimensions), 0.74, 0.76),
            new("best image, standard deviations above a text's mean score", best, 3.4, 4.6),
            new("10th image, the same", tenth, 3.1, 4.3),
            new("variance in the first 16 axes", VarianceIn(data, 16), isLarge ? 0.37 : 0.45, isLarge ? 0.41 : 0.48),
            new("variance in the first 128 axes", VarianceIn(data, 128), isLarge ? 0.75 : 0.81, isLarge ? 0.78 : 0.83),
        ];
        foreach (var trait in traits)
        {
            if (areChecked && !(trait.Value >= trait.Low && trait.Value <= trait.High))
                throw new InvalidDataException($"{trait.Name}: {trait.Value:F3} is not within {trait.Low} and {trait.High}: these vectors are not CLIP-like.");
            yield return [trait.Name, Text(trait.Value, "F3"), areChecked ? $"{Text(trait.Low, "F2")} to {Text(trait.High, "F2")}" : "–"];
        }
    }

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static double MeanLength(float[] vectors, int dimensions)
    {
        var mean = new double[dimensions];
        for (var start = 0; start < vectors.Length; start += dimensions)
        {
            for (var i = 0; i < dimensions; i++)
                mean[i] += vectors[start + i];
        }

        return TensorPrimitives.Norm<double>(mean) / (vectors.Length / dimensions);
    }

    private static (double Best, double Tenth) Standouts(VectorDataSet data)
    {
        var step = Math.Max(1, data.Count / ScoreSample);
        var (best, tenth) = (0.0, 0.0);
        for (var query = 0; query < QuerySample; query++)
        {
            var (sum, squares, scored) = (0.0, 0.0, 0);
            for (var row = 0; row < data.Count; row += step, scored++)
            {
                double score = TensorPrimitives.Dot(data.Query(query), data.Vector(row));
                sum += score;
                squares += score * score;
            }

            var mean = sum / scored;
            var deviation = Math.Sqrt((squares / scored) - (mean * mean));
            best += (TensorPrimitives.Dot(data.Query(query), data.Vector(data.Best(query, 10).Span[0])) - mean) / deviation;
            tenth += (TensorPrimitives.Dot(data.Query(query), data.Vector(data.Best(query, 10).Span[9])) - mean) / deviation;
        }

        return (best / QuerySample, tenth / QuerySample);
    }

    private static double VarianceIn(VectorDataSet data, int axisCount)
    {
        var d = data.Dimensions;
        var rows = Math.Min(SpectrumSample, data.Count);
        var sample = data.Vectors.AsSpan(0, rows * d);
        var mean = new float[d];
        var axes = PrincipalAxes.Find(sample, d, axisCount, mean, new Random(1));
        var (all, within) = (0.0, 0.0);
        var centred = new float[d];
        for (var row = 0; row < rows; row++)
        {
            TensorPrimitives.Subtract(sample.Slice(row * d, d), mean, centred);
            all += TensorPrimitives.SumOfSquares<float>(centred);
            for (var axis = 0; axis < axisCount; axis++)
            {
                double along = TensorPrimitives.Dot<float>(centred, axes.AsSpan(axis * d, d));
                within += along * along;
            }
        }

        return within / all;
    }

    private sealed record Trait(string Name, double Value, double Low, double High);
}
