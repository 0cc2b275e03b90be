using ClipOrleans.Vectors.Filters;
using ClipOrleans.Vectors.Search;

namespace ClipOrleans.Vectors;

/// <summary>One published state of a <see cref="VectorCollection"/>; it never changes.</summary>
public sealed class CollectionView
{
    internal CollectionView()
    {
    }

    public long Count => throw new NotSupportedException();

    public bool TryGet(string id, out int row) => throw new NotSupportedException();

    public string IdOf(int row) => throw new NotSupportedException();

    public long LocatorOf(int row) => throw new NotSupportedException();

    public void CopyVector(int row, Span<float> destination) => throw new NotSupportedException();

    public SearchOutcome Search(ReadOnlySpan<float> normalisedQuery, SearchOptions options, CancellationToken cancel = default) => throw new NotSupportedException();

    public SearchOutcome Browse(string? afterId, int skip, int take, SearchOptions options) => throw new NotSupportedException();

    public long CountMatches(Filter? filter) => throw new NotSupportedException();

    public IReadOnlyList<string> MatchingIds(Filter? filter, int limit, string? afterId) => throw new NotSupportedException();
}
