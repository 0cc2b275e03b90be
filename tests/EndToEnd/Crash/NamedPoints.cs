using System.Globalization;

namespace ClipOrleans.EndToEnd.Crash;

/// <summary>
/// The named points of a server's file operations, learnt from the servers themselves: each writes down every point that it
/// passes. Chosen is what the server died at least often, at one of the passages that a round has.
/// </summary>
internal sealed class NamedPoints(string recordFile)
{
    /// <summary>A point that was missed so often is left alone for a while: it may belong to something that happens once.</summary>
    private const int AimsForAHit = 3;

    private readonly SortedDictionary<string, Point> _points = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, Point> All => _points;

    public static string CrashVariable => "CLIPORLEANS_CRASH_AT";

    public Dictionary<string, string> Environment(Aim? aim) => new()
    {
        ["CLIPORLEANS_CRASH_POINTS"] = recordFile,
        [CrashVariable] = aim?.ToString() ?? "",
    };

    public Aim Choose(Random random)
    {
        var least = _points.Values.Min(Weight);
        var candidates = _points.Where(pair => Weight(pair.Value) == least).ToList();
        var (name, point) = candidates[random.Next(candidates.Count)];
        point.Aimed++;

        // Early passages more often: the longest round has had more of them than most others will.
        var share = random.NextDouble();
        return new Aim(name, 1 + (int)(share * share * point.MostPassages));
    }

    /// <summary>Takes over what the server wrote down that has just ended.</summary>
    public void Learn()
    {
        if (!File.Exists(recordFile))
            return;
        foreach (var passages in File.ReadLines(recordFile).GroupBy(line => line, StringComparer.Ordinal))
        {
            // The last line of a killed process may be half: it is none of a known form then.
            if (passages.Key.Split(' ').Length != 3)
                continue;
            if (!_points.TryGetValue(passages.Key, out var point))
                _points[passages.Key] = point = new Point();
            point.MostPassages = Math.Max(point.MostPassages, passages.Count());
        }

        File.Delete(recordFile);
    }

    public void Hit(Aim aim) => _points[aim.Name].Hits++;

    private static int Weight(Point point) => point.Aimed + (AimsForAHit * point.Hits);

    internal sealed class Point
    {
        public int MostPassages { get; set; }

        public int Aimed { get; set; }

        public int Hits { get; set; }
    }

    internal sealed record Aim(string Name, int Passage)
    {
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name}:{Passage}");
    }
}
