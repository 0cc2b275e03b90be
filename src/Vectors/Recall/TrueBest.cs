using System.Numerics;
using ClipOrleans.Vectors.Filters;
using ClipOrleans.Vectors.Kernels;
using ClipOrleans.Vectors.Search;
using ClipOrleans.Vectors.TopK;

namespace ClipOrleans.Vectors.Recall;

/// <summary>What a search had to find: how many hits, and the score of the worst of them.</summary>
/// <param name="Count">0 when nothing matches.</param>
/// <param name="LeastScore">Of the hits that belong to the answer; one that equals it is as good as it.</param>
internal readonly record struct TrueBest(int Count, float LeastScore)
{
    /// <summary>Rows that are scored against every query before the next are read: half a mebibyte at 512 dimensions, which a core keeps near.</summary>
    private const int BlockRows = 256;

    /// <summary>Share of the true best among the hits.</summary>
    public double RecallOf(IReadOnlyList<RowHit> hits)
    {
        var found = 0;
        for (var i = 0; i < hits.Count && found < Count && hits[i].Score >= LeastScore; i++)
            found++;
        return (double)found / Count;
    }

    /// <summary>Finds the truth for all samples in one pass over the rows; of each row only those queries that it matches are scored.</summary>
    /// <exception cref="OperationCanceledException">Seen once a block.</exception>
    public static TrueBest[] Of(CollectionView view, IReadOnlyList<RecallSample> samples, CancellationToken cancel)
    {
        var passes = new List<Pass>(samples.Count);
        try
        {
            foreach (var sample in samples)
                passes.Add(new Pass(view, sample));
            for (var first = 0; first < view.State.RowCount; first += BlockRows)
            {
                cancel.ThrowIfCancellationRequested();
                foreach (var pass in passes)
                    pass.Score(first);
            }

            return [.. passes.Select(pass => pass.Finish())];
        }
        finally
        {
            passes.ForEach(pass => pass.Dispose());
        }
    }

    private sealed class Pass : IDisposable
    {
        private const int BlockWords = BlockRows / 64;

        private readonly CollectionView _view;
        private readonly float[] _query;
        private readonly DocumentSet _matches;
        private readonly TopKHeap _heap;

        public Pass(CollectionView view, RecallSample sample)
        {
            _view = view;
            _query = sample.Query;
            var options = sample.Options;
            _matches = view.Competitors(options);
            _heap = new TopKHeap((int)Math.Min(options.TopK, _matches.Count()), options.MinScore ?? float.NegativeInfinity, view.State.Ids);
        }

        public void Score(int first)
        {
            var words = _matches.Words;
            var end = Math.Min(words.Length, (first >> 6) + BlockWords);
            for (var word = first >> 6; word < end; word++)
            {
                for (var mask = words[word]; mask != 0; mask &= mask - 1)
                {
                    var row = (word << 6) + BitOperations.TrailingZeroCount(mask);
                    _heap.Offer(Processor.Dot(_query, _view.State.Vectors[row]), row);
                }
            }

            _view.State.Vectors.KeepAlive();
        }

        public TrueBest Finish()
        {
            var hits = _heap.Drain(_view.State.Locators);
            return hits.Length == 0 ? default : new TrueBest(hits.Length, hits[^1].Score);
        }

        public void Dispose()
        {
            _matches.Dispose();
            _heap.Dispose();
        }
    }
}
