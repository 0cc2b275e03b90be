namespace ClipOrleans.Vectors.TopK;

/// <summary>Joins the answers of several shards.</summary>
public static class TopKMerge
{
    /// <summary>The first <paramref name="k"/> items of all lists together.</summary>
    /// <param name="sorted">Lists that each are sorted by <see cref="HitOrder"/>.</param>
    /// <param name="k">At most this many; 0 gives none.</param>
    /// <param name="key">Score and id of an item.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is negative.</exception>
    public static List<T> Merge<T>(IReadOnlyList<IReadOnlyList<T>> sorted, int k, Func<T, (float Score, string Id)> key)
    {
        ArgumentNullException.ThrowIfNull(sorted);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentOutOfRangeException.ThrowIfNegative(k);

        // Heads wait in a queue ordered by HitOrder; equal heads come out in list order.
        var heads = new PriorityQueue<(int List, int Position), (float Score, string Id, int List)>(sorted.Count, HeadOrder.Instance);
        var total = 0L;
        for (var list = 0; list < sorted.Count; list++)
        {
            total += sorted[list].Count;
            Enqueue(list, 0);
        }

        var merged = new List<T>((int)Math.Min(k, total));
        while (merged.Count < k && heads.TryDequeue(out var head, out _))
        {
            merged.Add(sorted[head.List][head.Position]);
            Enqueue(head.List, head.Position + 1);
        }

        return merged;

        void Enqueue(int list, int position)
        {
            if (position >= sorted[list].Count)
                return;
            var (score, id) = key(sorted[list][position]);
            heads.Enqueue((list, position), (score, id, list));
        }
    }

    private sealed class HeadOrder : IComparer<(float Score, string Id, int List)>
    {
        public static HeadOrder Instance { get; } = new();

        public int Compare((float Score, string Id, int List) x, (float Score, string Id, int List) y)
        {
            var byHit = HitOrder.Compare(x.Score, x.Id, y.Score, y.Id);
            return byHit != 0 ? byHit : x.List.CompareTo(y.List);
        }
    }
}
