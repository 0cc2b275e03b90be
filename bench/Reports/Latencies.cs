using System.Globalization;

namespace ClipOrleans.Bench.Reports;

/// <summary>Times of many requests, sorted once; percentiles are times that really occurred (nearest rank).</summary>
internal sealed class Latencies
{
    private readonly double[] _milliseconds;

    public Latencies(IEnumerable<TimeSpan> times)
    {
        _milliseconds = [.. times.Select(time => time.TotalMilliseconds)];
        Array.Sort(_milliseconds);
    }

    public int Count => _milliseconds.Length;

    public string Percentile(double percent) => Milliseconds(percent).ToString("F2", CultureInfo.InvariantCulture);

    public double Milliseconds(double percent)
    {
        var rank = (int)Math.Ceiling(percent / 100 * _milliseconds.Length);
        return _milliseconds[Math.Clamp(rank - 1, 0, _milliseconds.Length - 1)];
    }
}
