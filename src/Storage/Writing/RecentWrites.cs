using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using ClipOrleans.Storage.Log;

namespace ClipOrleans.Storage.Writing;

/// <summary>
/// The ids of the newest writes and what became of them, so that a write that is repeated because its answer was lost is
/// not done twice. Derived from the log like everything else; what is too old by the times in the log, or too much, is
/// forgotten. One thread adds; anyone may look.
/// </summary>
internal sealed class RecentWrites
{
    /// <summary>Of log time, in microseconds: longer than anybody repeats a write.</summary>
    public const long KeptTime = 10L * 60 * 1_000_000;

    public const int MostWrites = 65_536;

    /// <summary>Memory that all together may take.</summary>
    public const int MostBytes = 8 << 20;

    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, RecentWrite> _byId = [];

    /// <summary>In the order in which they came first.</summary>
    private readonly Queue<Guid> _order = new();
    private long _newest;
    private long _bytes;

    /// <summary>Pieces of a receipt that are being moved: where the first of them stands.</summary>
    private (Guid WriteId, long Address) _moving;

    public int Count
    {
        get
        {
            lock (_gate)
                return _byId.Count;
        }
    }

    /// <summary>Of all that came; 0 before the first.</summary>
    public long NewestTime
    {
        get
        {
            lock (_gate)
                return _newest;
        }
    }

    public bool TryFind(Guid id, [NotNullWhen(true)] out RecentWrite? write)
    {
        lock (_gate)
            return _byId.TryGetValue(id, out write);
    }

    /// <summary>Takes a receipt from the log.</summary>
    /// <param name="receipt">The receipt.</param>
    /// <param name="address">Of its record.</param>
    /// <param name="sequence">Of its record.</param>
    public void Add(in WriteReceipt receipt, long address, long sequence)
    {
        lock (_gate)
        {
            if (receipt.Sequence != 0 && receipt.First == 0)
                _moving = (receipt.WriteId, address);
            var before = _byId.GetValueOrDefault(receipt.WriteId);
            if (before is null && receipt.First == 0)
            {
                // The bytes are part of a record: copied, so that they do not hold on to all of it.
                Put(null, new RecentWrite(receipt.WriteId, receipt.Time, Number(receipt, sequence), receipt.Total, receipt.Count, receipt.Outcomes.ToArray(), address));
            }
            else if (before is not null && receipt.First == before.Known && receipt.Total == before.Total)
            {
                Put(before, before with
                {
                    Time = receipt.Time,
                    Sequence = Number(receipt, sequence),
                    Known = before.Known + receipt.Count,
                    Outcomes = (byte[])[.. before.Outcomes.Span, .. receipt.Outcomes.Span],
                });
            }
            else if (before is not null && receipt.Sequence != 0 && receipt.First + receipt.Count == before.Known && _moving.WriteId == receipt.WriteId)
            {
                // All of it stands further behind now.
                Put(before, before with { Address = _moving.Address });
            }

            Forget();
        }
    }

    /// <summary>Those whose receipt would be lost if the log began at an address.</summary>
    public IReadOnlyList<RecentWrite> Before(long begin)
    {
        lock (_gate)
            return [.. _order.Select(id => _byId[id]).Where(write => write.Address < begin)];
    }

    /// <summary>All of them: for each, the address (8) and the receipt.</summary>
    public byte[] Save()
    {
        lock (_gate)
        {
            var bytes = new ArrayBufferWriter<byte>();
            foreach (var write in _order.Select(id => _byId[id]))
            {
                var receipt = write.Receipt;
                var span = bytes.GetSpan(sizeof(long) + receipt.Bytes);
                BinaryPrimitives.WriteInt64LittleEndian(span, write.Address);
                receipt.Write(span[sizeof(long)..]);
                bytes.Advance(sizeof(long) + receipt.Bytes);
            }

            return bytes.WrittenSpan.ToArray();
        }
    }

    /// <exception cref="FormatException">The bytes are not what was saved.</exception>
    public static RecentWrites Load(ReadOnlyMemory<byte> saved)
    {
        var writes = new RecentWrites();
        while (!saved.IsEmpty)
        {
            if (saved.Length < sizeof(long) + WriteReceipt.FixedBytes)
                throw new FormatException("a receipt is cut off");
            var address = BinaryPrimitives.ReadInt64LittleEndian(saved.Span);
            var length = BinaryPrimitives.ReadInt32LittleEndian(saved.Span[(sizeof(long) + sizeof(int))..]);
            if (length < WriteReceipt.FixedBytes || length > saved.Length - sizeof(long))
                throw new FormatException($"a receipt of {length} bytes");
            writes.Add(WriteReceipt.Read(saved.Slice(sizeof(long), length)), address, sequence: 0);
            saved = saved[(sizeof(long) + length)..];
        }

        return writes;
    }

    private static long Number(in WriteReceipt receipt, long sequence) => receipt.Sequence != 0 ? receipt.Sequence : sequence;

    private void Put(RecentWrite? before, RecentWrite after)
    {
        if (before is null)
            _order.Enqueue(after.WriteId);
        _byId[after.WriteId] = after;
        _bytes += after.Bytes - (before?.Bytes ?? 0);
        _newest = Math.Max(_newest, after.Time);
    }

    private void Forget()
    {
        while (_order.TryPeek(out var id) && _byId[id] is var oldest
            && (_order.Count > MostWrites || _bytes > MostBytes || oldest.Time < _newest - KeptTime))
        {
            _order.Dequeue();
            _byId.Remove(id);
            _bytes -= oldest.Bytes;
        }
    }
}
