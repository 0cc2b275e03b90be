using System.Buffers;
using ClipOrleans.Storage.Documents;
using ClipOrleans.Storage.Log;

namespace ClipOrleans.Storage.Writing;

/// <summary>The receipt of a write that is being encoded, as far as it has not been put into a record yet.</summary>
/// <param name="request">Whose.</param>
/// <param name="time">What it will say.</param>
/// <param name="first">The first operation it will tell of.</param>
internal sealed class ReceiptDraft(BatchRequest request, long time, int first)
{
    private readonly ArrayBufferWriter<byte> _outcomes = new();
    private int _first = first;
    private int _count;

    public BatchRequest Request => request;

    /// <summary>There is nothing to tell.</summary>
    public bool IsEmpty => _count == 0;

    /// <summary>That it takes now.</summary>
    public int Bytes => WriteReceipt.FixedBytes + _outcomes.WrittenCount;

    public void Add(StoredOutcome outcome)
    {
        var size = OutcomeCodec.Size(outcome);
        OutcomeCodec.Write(_outcomes.GetSpan(size), outcome);
        _outcomes.Advance(size);
        _count++;
    }

    /// <summary>Writes what was added since the last time.</summary>
    /// <returns>How many bytes.</returns>
    public int WriteTo(Span<byte> to)
    {
        var receipt = new WriteReceipt(request.WriteId!.Value, time, Sequence: 0, _first, _count, request.Operations.Count, _outcomes.WrittenMemory);
        receipt.Write(to);
        _first += _count;
        _count = 0;
        _outcomes.ResetWrittenCount();
        return receipt.Bytes;
    }
}
