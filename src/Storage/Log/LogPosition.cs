namespace ClipOrleans.Storage.Log;

/// <summary>A record of the log as the last one that something covers.</summary>
/// <param name="Sequence">Its number; 0 for the place before the first record.</param>
/// <param name="Address">Where it stands.</param>
/// <param name="End">Address one past it.</param>
/// <param name="Epoch">Of its writer.</param>
/// <param name="Hash">Its checksum, by which another record of the same number is told apart.</param>
internal readonly record struct LogPosition(long Sequence, long Address, long End, long Epoch, ulong Hash)
{
    /// <summary>Before the first record of a log that was never cut.</summary>
    public static LogPosition Start { get; } = new(0, 0, LogGeometry.FirstAddress, 0, 0);

    public static LogPosition Of(long address, in RecordHeader header, ReadOnlySpan<byte> record) =>
        new(header.Sequence, address, address + LogGeometry.EntryBytes(record.Length), header.Epoch, RecordHeader.HashOf(record));
}
