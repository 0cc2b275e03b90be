using System.Runtime.CompilerServices;
using ClipOrleans.Vectors.Filters;

namespace ClipOrleans.Vectors.Ann;

/// <summary>Which rows may be answers. Rows that may not still lead the way to others.</summary>
internal interface IAcceptance
{
    bool Accepts(int row);
}

/// <summary>All rows of the view.</summary>
internal readonly struct AcceptAll : IAcceptance
{
    public bool Accepts(int row) => true;
}

/// <summary>The rows of a set: those that match a filter and are live.</summary>
internal readonly ref struct AcceptSet(DocumentSet set) : IAcceptance
{
    private readonly ReadOnlySpan<ulong> _words = set.Words;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Accepts(int row) => (_words[row >> 6] & (1UL << row)) != 0;
}
