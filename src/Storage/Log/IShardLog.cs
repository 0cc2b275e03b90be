namespace ClipOrleans.Storage.Log;

/// <summary>
/// An append-only sequence of records, found again by address. One writer appends and commits; anyone reads what is
/// committed, without waiting for the writer. A failure of the device stops the log for good: appending and committing
/// throw from then on, reading goes on.
/// </summary>
internal interface IShardLog : IAsyncDisposable
{
    /// <summary>Longest record that can be appended, in bytes.</summary>
    int MaxRecordBytes { get; }

    /// <summary>Address one past the last appended record.</summary>
    long Tail { get; }

    /// <summary>How far the last commit came. Exact between two commits; during one it may be ahead of the device.</summary>
    CommitPoint Committed { get; }

    /// <summary>Memory that the log holds for its newest pages, in bytes.</summary>
    long BytesInMemory { get; }

    /// <summary>Copies the record into the log's memory; it is durable with the next commit. Waits only for room in memory.</summary>
    /// <exception cref="ArgumentException">The record is longer than <see cref="MaxRecordBytes"/>.</exception>
    /// <returns>The record's address: greater than that of every earlier one.</returns>
    ValueTask<long> AppendAsync(ReadOnlyMemory<byte> record, CancellationToken cancel);

    /// <summary>
    /// Completes when all that was appended before the call can be read by address and, if the log is synchronous, has
    /// been confirmed by the device. Appending may go on meanwhile; one commit at a time.
    /// </summary>
    /// <param name="sequence">Number of the last appended record, recorded with the commit.</param>
    Task CommitAsync(long sequence);

    /// <summary>Reads a committed record. Its memory goes back to the pool when the result is disposed.</summary>
    /// <exception cref="Errors.ShardCorruptException">There is no whole record at the address.</exception>
    PooledRecord Read(long address);
}
