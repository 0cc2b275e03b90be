using System.Buffers.Binary;
using System.Text;
using ClipOrleans.Storage.Documents;

namespace ClipOrleans.Storage.Log;

/// <summary>
/// Bytes of outcomes, one behind the other, little-endian: status (1), and behind a failed one the lengths of reason, detail
/// and pointer (2 each, 65535: none) and those three as UTF-8.
/// </summary>
internal static class OutcomeCodec
{
    /// <summary>Of an outcome that is not a failure.</summary>
    public const int PlainBytes = 1;

    private const ushort None = ushort.MaxValue;
    private const int FailedBytes = PlainBytes + (3 * sizeof(ushort));

    public static int Size(StoredOutcome outcome) => outcome.Status != StoredStatus.Failed
        ? PlainBytes
        : FailedBytes + Length(outcome.Reason) + Length(outcome.Detail) + Length(outcome.Pointer);

    public static void Write(Span<byte> to, StoredOutcome outcome)
    {
        to[0] = (byte)outcome.Status;
        if (outcome.Status != StoredStatus.Failed)
            return;
        var at = FailedBytes;
        string?[] parts = [outcome.Reason, outcome.Detail, outcome.Pointer];
        for (var i = 0; i < parts.Length; i++)
        {
            var length = parts[i] is { } text ? checked((ushort)Encoding.UTF8.GetBytes(text, to[at..])) : None;
            BinaryPrimitives.WriteUInt16LittleEndian(to[(PlainBytes + (i * sizeof(ushort)))..], length);
            at += length == None ? 0 : length;
        }
    }

    /// <exception cref="FormatException">There is no whole outcome.</exception>
    public static StoredOutcome Read(ReadOnlySpan<byte> from, out int bytes)
    {
        bytes = PlainBytes;
        if (from.IsEmpty)
            throw new FormatException("an outcome is missing");
        switch ((StoredStatus)from[0])
        {
            case StoredStatus.Created:
                return StoredOutcome.Created;
            case StoredStatus.Updated:
                return StoredOutcome.Updated;
            case StoredStatus.Deleted:
                return StoredOutcome.Deleted;
            case StoredStatus.NotFound:
                return StoredOutcome.NotFound;
            case StoredStatus.Failed when from.Length >= FailedBytes:
                bytes = FailedBytes;
                return new StoredOutcome(StoredStatus.Failed, Part(from, 0, ref bytes), Part(from, 1, ref bytes), Part(from, 2, ref bytes));
            default:
                throw new FormatException($"{from[0]} is no outcome");
        }
    }

    private static int Length(string? text) => text is null ? 0 : Encoding.UTF8.GetByteCount(text);

    private static string? Part(ReadOnlySpan<byte> from, int number, ref int at)
    {
        var length = BinaryPrimitives.ReadUInt16LittleEndian(from[(PlainBytes + (number * sizeof(ushort)))..]);
        if (length == None)
            return null;
        if (length > from.Length - at)
            throw new FormatException("an outcome is longer than what is left of it");
        at += length;
        return Encoding.UTF8.GetString(from.Slice(at - length, length));
    }
}
