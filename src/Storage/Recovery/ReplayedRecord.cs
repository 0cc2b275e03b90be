using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Log;

namespace ClipOrleans.Storage.Recovery;

/// <summary>A record that is read from a log: what is whole and makes no sense is damage, and the file is named.</summary>
internal static class ReplayedRecord
{
    /// <exception cref="ShardCorruptException">The record says what no version of this program writes.</exception>
    public static void Apply(ShardState state, SegmentFiles segments, long address, in RecordHeader header, ReadOnlyMemory<byte> record)
    {
        try
        {
            state.Apply(address, header, record);
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new ShardCorruptException(segments.NameOf(address), $"at log address {address}: {e.Message}.", e);
        }
    }
}
