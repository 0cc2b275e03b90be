using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using ClipOrleans.Vectors.Codes;
using ClipOrleans.Vectors.Filters;
using ClipOrleans.Vectors.Kernels;
using ClipOrleans.Vectors.Rows;

namespace ClipOrleans.Vectors.Ann;

/// <summary>What a search of lists did.</summary>
/// <param name="Lists">Lists read.</param>
/// <param name="Rows">Rows scored by short codes.</param>
/// <param name="Candidates">Rows scored by longer codes.</param>
internal readonly record struct ListCost(int Lists, long Rows, int Candidates);

/// <summary>
/// Finds the rows worth a precise look: lists in the order of their promise by short codes, the best of these by 8-bit
/// codes. One search, on the thread's scratch.
/// </summary>
internal readonly unsafe ref struct ListSearch(ListIndex index, ReadOnlySpan<float> sizes, DocumentSet competing, bool isFiltered, ReadOnlySpan<float> query, int topK, SearchEffort effort, CancellationToken cancel)
{
    /// <summary>Rows read before the first look at what was found: enough for a fair bar.</summary>
    private const int FirstRows = 1000;

    /// <summary>The same as a share of all rows: each look costs as much as reading some thousand rows.</summary>
    private const double FirstShare = 1.0 / 64;

    /// <summary>Matches among them for each hit wanted: of fewer, the k-th best would be far below the true one.</summary>
    private const long FirstCompetitors = 8;

    /// <summary>A list without a match in the sample may have some: it is taken to have this share of the average.</summary>
    private const float UnseenShare = 0.1f;

    /// <summary>Matches looked at to learn how they spread over the lists.</summary>
    private const int SpreadSample = 16_384;

    /// <summary>Where fewer of a list's rows match, most blocks of it have no match and their codes need not be read.</summary>
    private const float FewMatches = 1f / 48;

    /// <summary>Rows of a block that reach the bar, from which on they are looked up in the filter all at once.</summary>
    private const int ManyReached = 6;

    /// <summary>Codes asked for this many rows ahead: a row of 8-bit codes is eight lines from anywhere in memory.</summary>
    private const int PrefetchRows = 4;

    private readonly ListIndex _index = index;

    /// <summary>Rows of each list that the view knows: what comes behind them changes no search of it.</summary>
    private readonly ReadOnlySpan<float> _sizes = sizes;
    private readonly DocumentSet _competing = competing;
    private readonly ReadOnlySpan<float> _query = query;

    /// <returns>The finalists, in no order; valid until the thread's next search.</returns>
    public ReadOnlySpan<int> Run(out ListCost cost)
    {
        var scratch = ListScratch.Current;
        scratch.Fit(_index.Model);
        scratch.Candidates.Reset(effort.Candidates);
        var (lists, rows) = ReadLists(scratch);
        scratch.Candidates.Trim();
        cost = new ListCost(lists, rows, scratch.Candidates.Count);
        if (_index.Model.Components is null)
            return scratch.Candidates.Rows;
        var finalists = ScoreByComponents(scratch.Candidates.Rows, scratch);
        GC.KeepAlive(_index);
        return finalists;
    }

    /// <summary>All competing rows by 8-bit codes, without the lists: for few matches.</summary>
    public ReadOnlySpan<int> RunMatches(int matches, out ListCost cost)
    {
        var scratch = ListScratch.Current;
        scratch.Fit(_index.Model);
        var rows = scratch.MatchRows(matches);
        var words = _competing.Words;
        var count = 0;
        for (var word = 0; word < words.Length; word++)
        {
            for (var mask = words[word]; mask != 0; mask &= mask - 1)
                rows[count++] = (word << 6) + BitOperations.TrailingZeroCount(mask);
        }

        cost = new ListCost(0, 0, count);
        var finalists = ScoreByComponents(rows[..count], scratch);
        GC.KeepAlive(_index);
        return finalists;
    }

    private (int Lists, long Rows) ReadLists(ListScratch scratch)
    {
        var model = _index.Model;
        var order = scratch.Order;
        var unit = model.Projection.ProjectQuery(_query, scratch.Weights, scratch.Components);
        var (step, floor) = model.ShortCodes.Table(scratch.Weights, scratch.TableScores, scratch.Table);
        model.Lists.Scores(scratch.Components, unit, order.Centres);
        var deviation = model.Deviation(scratch.Weights);
        var spread = model.Spread.AsSpan();
        var sizes = _sizes;
        var competing = isFiltered ? SpreadMatches(scratch.Competing) : sizes;

        var (lists, rows) = (0, 0L);
        var target = Math.Max(Math.Max(FirstRows, FirstCompetitors * topK), (long)(_competing.RowCount * FirstShare));
        var (bar, rest) = (float.NegativeInfinity, float.PositiveInfinity);
        fixed (byte* table = scratch.Table)
        fixed (ulong* words = _competing.Words)
        {
            while (true)
            {
                // Until k rows are known there is no bar: then the matches read must be some times as many, too.
                var isBlind = float.IsNegativeInfinity(bar);
                var next = isBlind ? order.First(spread, competing, deviation) : order.Next(spread, competing, sizes, deviation, bar, target, out rest);
                var (read, competitors) = (0L, 0f);
                foreach (var list in next)
                {
                    if (rest <= effort.Doubt * topK || (read >= target && (!isBlind || competitors >= FirstCompetitors * topK)))
                        break;
                    var areFew = isFiltered && competing[list] < FewMatches * sizes[list];
                    read += Read(_index.List(list), (int)sizes[list], order.Centres[list] + floor, step, table, words, areFew, scratch.Candidates);
                    lists++;
                    competitors += competing[list];
                    rest -= order.Expected[list];
                    order.Centres[list] = float.NegativeInfinity;
                }

                rows += read;
                if (read == 0)
                    return (lists, rows);
                cancel.ThrowIfCancellationRequested();
                bar = scratch.Candidates.ScoreAt(topK);
                target = Math.Max(target, rows);
            }
        }
    }

    /// <summary>
    /// How the matches lie over the lists, from evenly spaced words of them.
    /// </summary>
    private ReadOnlySpan<float> SpreadMatches(float[] room)
    {
        var sizes = _sizes;
        var counts = room.AsSpan(0, sizes.Length);
        counts.Clear();
        var words = _competing.Words;
        var matches = _competing.Count();
        var stride = (int)Math.Max(1, matches / SpreadSample);
        var listOf = _index.ListOfRow;
        var sampled = 0L;
        for (var word = 0; word < words.Length; word += stride)
        {
            for (var mask = words[word]; mask != 0; mask &= mask - 1)
            {
                counts[Column<ushort>.At(listOf, (word << 6) + BitOperations.TrailingZeroCount(mask))]++;
                sampled++;
            }
        }

        if (stride > 1)
        {
            var scale = matches / (float)Math.Max(1, sampled);
            var unseen = UnseenShare * matches / _competing.RowCount;
            for (var list = 0; list < counts.Length; list++)
                counts[list] = Math.Max(counts[list] * scale, unseen * sizes[list]);
        }

        return counts;
    }

    /// <returns>Rows read.</returns>
    private int Read(CodeList list, int count, float origin, float step, byte* table, ulong* words, bool matchesFirst, CandidateBuffer candidates)
    {
        var groups = _index.Model.ShortCodes.Groups;
        var blockBytes = groups * LookupKernels.GroupBytes;
        var sums = stackalloc ushort[LookupKernels.BlockRows];
        var rowCount = _competing.RowCount;
        for (var first = 0; first < count; first += LookupKernels.BlockRows)
        {
            var needed = MathF.Ceiling((candidates.Bar - origin) / step);
            if (needed > ushort.MaxValue)
                return count;
            var rows = list.Rows + first;
            var members = uint.MaxValue;
            if (matchesFirst && (members = Members(rows, words, rowCount, count - first)) == 0)
                continue;
            var mask = members & LookupKernels.Scan(list.Codes + ((long)first / LookupKernels.BlockRows * blockBytes), table, groups, (ushort)Math.Max(0, needed), sums);
            if (mask == 0)
                continue;
            if (!matchesFirst)
                mask = count - first < LookupKernels.BlockRows || BitOperations.PopCount(mask) >= ManyReached ? mask & Members(rows, words, rowCount, count - first) : Matching(mask, rows, words, rowCount);
            for (; mask != 0; mask &= mask - 1)
            {
                var slot = BitOperations.TrailingZeroCount(mask);
                candidates.Offer(origin + (step * sums[slot]), rows[slot]);
            }
        }

        GC.KeepAlive(list);
        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Members(int* rows, ulong* words, int rowCount, int left) =>
        left >= MemberKernels.Rows ? MemberKernels.Members(rows, words, rowCount) : MemberKernels.Scalar(rows, words, rowCount, left);

    /// <summary>Those of a few rows that match.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Matching(uint reached, int* rows, ulong* words, int rowCount)
    {
        var matching = 0u;
        for (var mask = reached; mask != 0; mask &= mask - 1)
        {
            var slot = BitOperations.TrailingZeroCount(mask);
            var row = rows[slot];
            if (row < rowCount)
                matching |= (uint)((words[row >> 6] >> row) & 1) << slot;
        }

        return matching;
    }

    private ReadOnlySpan<int> ScoreByComponents(ReadOnlySpan<int> rows, ListScratch scratch)
    {
        var codes = _index.RowCodes ?? throw new InvalidOperationException("This index has no 8-bit codes.");
        var components = _index.Model.Components!;
        var unit = components.EncodeQuery(_query, scratch.LongWeights, scratch.LongComponents);
        var bytes = components.Bytes;
        var finalists = scratch.Finalists;
        finalists.Reset(effort.Finalists);
        fixed (short* weights = scratch.LongComponents)
        {
            for (var i = 0; i < rows.Length; i++)
            {
                if (Sse.IsSupported && i + PrefetchRows < rows.Length)
                    Prefetch(codes[rows[i + PrefetchRows]], bytes);
                var score = CodeKernels.Dot(weights, codes[rows[i]], bytes) * unit;
                if (score >= finalists.Bar)
                    finalists.Offer(score, rows[i]);
            }
        }

        finalists.Trim();
        return finalists.Rows;
    }

    private static void Prefetch(sbyte* code, int bytes)
    {
        for (var at = 0; at < bytes; at += CacheLine.Bytes)
            Sse.Prefetch0(code + at);
    }
}
