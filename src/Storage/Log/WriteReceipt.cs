using System.Buffers.Binary;
using ClipOrleans.Storage.Documents;

namespace ClipOrleans.Storage.Log;

/// <summary>
/// What became of operations of a write that has an id: it stands in the record of their rows, behind them, so that both
/// are there or none. A write over several records has one in each. Bytes, little-endian: kind (1) · 0 (3) · length (4) ·
/// write id (16, as it is read) · time (8) · sequence (8) · first (4) · count (4) · total (4) · 0 (4) · outcomes.
/// </summary>
/// <param name="WriteId">Of the write.</param>
/// <param name="Time">When it was made, in microseconds since 1970; never before that of an earlier one.</param>
/// <param name="Sequence">Of the write's last record; 0 where that is the record it stands in, which is so until it is moved.</param>
/// <param name="First">Number of the first operation it tells of.</param>
/// <param name="Count">Of how many it tells.</param>
/// <param name="Total">How many the write has.</param>
/// <param name="Outcomes">As <see cref="OutcomeCodec"/> writes them.</param>
internal readonly record struct WriteReceipt(Guid WriteId, long Time, long Sequence, int First, int Count, int Total, ReadOnlyMemory<byte> Outcomes)
{
    public const int FixedBytes = 56;

    private const int HeaderBytes = 8;

    public int Bytes => FixedBytes + Outcomes.Length;

    public void Write(Span<byte> to)
    {
        to[..FixedBytes].Clear();
        to[0] = (byte)OperationKind.Receipt;
        BinaryPrimitives.WriteInt32LittleEndian(to[4..], Bytes);
        WriteId.TryWriteBytes(to[HeaderBytes..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt64LittleEndian(to[24..], Time);
        BinaryPrimitives.WriteInt64LittleEndian(to[32..], Sequence);
        BinaryPrimitives.WriteInt32LittleEndian(to[40..], First);
        BinaryPrimitives.WriteInt32LittleEndian(to[44..], Count);
        BinaryPrimitives.WriteInt32LittleEndian(to[48..], Total);
        Outcomes.Span.CopyTo(to[FixedBytes..]);
    }

    /// <exception cref="FormatException">The operation is no receipt that this program writes.</exception>
    public static WriteReceipt Read(ReadOnlyMemory<byte> operation)
    {
        var span = operation.Span;
        if (span.Length < FixedBytes || BinaryPrimitives.ReadInt32LittleEndian(span[4..]) != span.Length)
            throw new FormatException("a receipt of the wrong length");
        var receipt = new WriteReceipt(
            new Guid(span.Slice(HeaderBytes, 16), bigEndian: true),
            BinaryPrimitives.ReadInt64LittleEndian(span[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(span[32..]),
            BinaryPrimitives.ReadInt32LittleEndian(span[40..]),
            BinaryPrimitives.ReadInt32LittleEndian(span[44..]),
            BinaryPrimitives.ReadInt32LittleEndian(span[48..]),
            operation[FixedBytes..]);
        if (receipt.First < 0 || receipt.Count < 1 || receipt.Total < 1 || receipt.Total - receipt.First < receipt.Count || receipt.Sequence < 0)
            throw new FormatException($"a receipt of {receipt.Count} operations from {receipt.First} of {receipt.Total}");
        _ = ReadOutcomes(receipt.Outcomes, receipt.Count);
        return receipt;
    }

    /// <exception cref="FormatException">They are not as many.</exception>
    public static StoredOutcome[] ReadOutcomes(ReadOnlyMemory<byte> bytes, int count)
    {
        var outcomes = new StoredOutcome[Math.Min(count, bytes.Length)];
        var at = 0;
        for (var i = 0; i < outcomes.Length; i++)
        {
            outcomes[i] = OutcomeCodec.Read(bytes.Span[at..], out var size);
            at += size;
        }

        return outcomes.Length == count && at == bytes.Length ? outcomes : throw new FormatException($"{bytes.Length} bytes of {count} outcomes");
    }
}
