using System.Globalization;
using ClipOrleans.Vectors.Rows;
using ClipOrleans.Vectors.Saved;

namespace ClipOrleans.Vectors.Filters;

/// <summary>Numbers, instants and places: sorted runs of keys. Places are sorted by latitude.</summary>
internal sealed class ValueIndex : FieldIndex
{
    private readonly bool _isGeo;
    private readonly RunStack<ValueRun> _runs;
    private readonly List<(long Key, int Row, double Longitude)> _pending = [];
    private Tombstones? _dead;

    public ValueIndex(bool isGeo)
    {
        _isGeo = isGeo;
        _runs = new RunStack<ValueRun>(static run => run.Length, (first, second) => ValueRun.Merge(first, second, _dead!));
    }

    public override long Bytes => _runs.Runs.Sum(static run => run.Bytes) + (_pending.Capacity * 24L) + Present.Bytes;

    /// <summary>How many runs (32 bits); for each its length (32 bits), keys (64 bits), rows (32 bits), of places longitudes (float64).</summary>
    public static ValueIndex Restore(Posting present, bool isGeo, ref SavedInput input)
    {
        var index = new ValueIndex(isGeo) { Present = present };
        for (var left = input.ReadCount(); left > 0; left--)
        {
            var length = input.ReadCount();
            index._runs.Restore(new ValueRun(input.ReadAll<long>(length), input.ReadAll<int>(length), isGeo ? input.ReadAll<double>(length) : null));
        }

        return index;
    }

    public override FieldView Publish(Tombstones dead)
    {
        Flush(dead);
        return new ValueView(Present, _runs.ToArray(), _isGeo);
    }

    public override FieldIndex Renumbered(int[] newRows, Tombstones dead)
    {
        Flush(dead);
        // Nothing is dead among rows that have just been numbered anew.
        var index = new ValueIndex(_isGeo) { Present = Present.Renumbered(newRows), _dead = new Tombstones() };
        foreach (var run in _runs.Runs)
            index._runs.Push(run.Renumbered(newRows));
        return index;
    }

    protected override void AppendValue(int row, in FieldEntry entry) =>
        _pending.Add(_isGeo ? (SortKey.FromDouble(entry.Point.Latitude), row, entry.Point.Longitude) : (entry.Value.Key, row, 0));

    private void Flush(Tombstones dead)
    {
        if (_pending.Count == 0)
            return;
        _dead = dead;
        _pending.Sort(static (a, b) => a.Key != b.Key ? a.Key.CompareTo(b.Key) : a.Row.CompareTo(b.Row));
        _runs.Push(new ValueRun(
            [.. _pending.Select(static entry => entry.Key)],
            [.. _pending.Select(static entry => entry.Row)],
            _isGeo ? [.. _pending.Select(static entry => entry.Longitude)] : null));
        _pending.Clear();
    }
}

/// <inheritdoc cref="ValueIndex"/>
internal sealed class ValueView(Posting present, ValueRun[] runs, bool isGeo) : FieldView(present)
{
    protected override SavedFieldKind Kind => isGeo ? SavedFieldKind.Place : SavedFieldKind.Value;

    public override void UnionEqual(FieldValue value, DocumentSet set) => UnionRange(value.Key, value.Key, set);

    public override void UnionRange(long minKey, long maxKey, DocumentSet set)
    {
        if (minKey > maxKey)
            return;
        var words = set.Words;
        foreach (var run in runs)
        {
            var start = run.LowerBound(minKey);
            var end = maxKey == long.MaxValue ? run.Length : run.LowerBound(maxKey + 1);
            run.UnionInto(start, end, words);
        }
    }

    public override void UnionNear(GeoPoint center, double meters, DocumentSet set)
    {
        // No way between two latitudes is shorter than along a meridian. The margin covers the rounding of the
        // haversine, whose relative error grows to 1e-8 near antipodes.
        var band = (GeoPoint.LatitudeDegrees(meters) * (1 + 1e-7)) + 1e-9;
        var maxKey = SortKey.FromDouble(Math.Min(90, center.Latitude + band));
        foreach (var run in runs)
        {
            for (var i = run.LowerBound(SortKey.FromDouble(Math.Max(-90, center.Latitude - band))); i < run.Length && run.Keys[i] <= maxKey; i++)
            {
                var point = new GeoPoint(SortKey.ToDouble(run.Keys[i]), run.Longitudes![i]);
                if (GeoPoint.DistanceMeters(center, point) <= meters)
                    set.Add(run.Rows[i]);
            }
        }
    }

    protected override void SaveValues(SavedOutput output, int rowCount)
    {
        output.Write(runs.Length);
        foreach (var run in runs)
        {
            output.Write(run.Length);
            output.Write<long>(run.Keys);
            output.Write<int>(run.Rows);
            output.Write<double>(run.Longitudes);
        }
    }

    public override IEnumerable<(string Value, long Count)> CountValues(FieldType type, DocumentSet set)
    {
        var counts = new Dictionary<long, long>();
        var words = set.Words;
        foreach (var run in runs)
        {
            // Equal keys lie side by side: one look-up for all of them.
            for (var i = 0; i < run.Length;)
            {
                var key = run.Keys[i];
                var count = 0L;
                for (; i < run.Length && run.Keys[i] == key; i++)
                    count += (long)(words[run.Rows[i] >> 6] >> run.Rows[i]) & 1;
                if (count > 0)
                    counts[key] = counts.GetValueOrDefault(key) + count;
            }
        }

        return counts.Select(pair => (Text(type, pair.Key), pair.Value));
    }

    private static string Text(FieldType type, long key) =>
        type == FieldType.DateTime ? InstantText.Format(key) : SortKey.ToDouble(key).ToString("R", CultureInfo.InvariantCulture);
}
