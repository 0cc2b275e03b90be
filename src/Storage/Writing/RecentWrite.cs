using ClipOrleans.Storage.Documents;
using ClipOrleans.Storage.Log;

namespace ClipOrleans.Storage.Writing;

/// <summary>What is known of a write by its id. It never changes.</summary>
/// <param name="WriteId">Its id.</param>
/// <param name="Time">When it was made.</param>
/// <param name="Sequence">Of the last of its records that is known.</param>
/// <param name="Total">How many operations it has.</param>
/// <param name="Known">How many of them, from the first on, are in the log: fewer than all only after a crash.</param>
/// <param name="Outcomes">Theirs, as <see cref="OutcomeCodec"/> writes them.</param>
/// <param name="Address">Of the first record with its receipt.</param>
internal sealed record RecentWrite(Guid WriteId, long Time, long Sequence, int Total, int Known, ReadOnlyMemory<byte> Outcomes, long Address)
{
    /// <summary>Of an entry with its places in two collections.</summary>
    private const int Overhead = 128;

    public bool IsWhole => Known == Total;

    /// <summary>Memory that it takes, about.</summary>
    public int Bytes => Overhead + Outcomes.Length;

    public WriteReceipt Receipt => new(WriteId, Time, Sequence, First: 0, Known, Total, Outcomes);

    public StoredOutcome[] ReadOutcomes() => WriteReceipt.ReadOutcomes(Outcomes, Known);

    /// <summary>Its receipt in pieces that fit a record.</summary>
    /// <param name="mostBytes">Of a piece, unless one outcome alone has more.</param>
    public IEnumerable<WriteReceipt> InPieces(int mostBytes)
    {
        var (first, start, at) = (0, 0, 0);
        for (var i = 0; i < Known; i++)
        {
            _ = OutcomeCodec.Read(Outcomes.Span[at..], out var size);
            if (i > first && at + size - start > mostBytes - WriteReceipt.FixedBytes)
            {
                yield return Receipt with { First = first, Count = i - first, Outcomes = Outcomes[start..at] };
                (first, start) = (i, at);
            }

            at += size;
        }

        yield return Receipt with { First = first, Count = Known - first, Outcomes = Outcomes[start..] };
    }
}
