namespace ClipOrleans.Storage.Log;

/// <summary>
/// An append-only sequence of records, found again by address. One writer appends and commits; anyone reads what is
/// committed, without waiting for the writer. A failure of the device stops the log: appending and committing throw until
/// it has been reopened, reading goes on.
/// </summary>
internal interface IShardLog : IRecordReader, IAsyncDisposable
{
    /// <summary>Sizes of its pages and segments.</summary>
    LogGeometry Geometry { get; }

    /// <summary>Address from which on the log counts: the start of a segment, or <see cref="LogGeometry.FirstAddress"/>.</summary>
    long Begin { get; }

    /// <summary>Address one past the last committed record; any thread's.</summary>
    long End { get; }

    /// <summary>Longest record that can be appended, in bytes.</summary>
    int MaxRecordBytes { get; }

    /// <summary>Address one past the last appended record.</summary>
    long Tail { get; }

    /// <summary>How far the last commit came. On the writer's turn, between two commits.</summary>
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

    /// <summary>Visits committed records from an address to the end of its page. On any thread.</summary>
    /// <param name="from">Address of a record, or the start of a page.</param>
    /// <param name="until">Where to stop within the page: behind a committed record.</param>
    /// <param name="visit">Told each record; the bytes are valid during the call only.</param>
    /// <returns>Where to go on: the start of the next page, or <paramref name="until"/>.</returns>
    /// <exception cref="Errors.ShardCorruptException">A record is not whole.</exception>
    long Visit(long from, long until, LogScan.Visitor visit);

    /// <summary>Lets the log begin later, durably: what lies before is not needed any more. With no commit under way.</summary>
    /// <param name="begin">Start of a segment, not above <see cref="End"/>.</param>
    Task TruncateAsync(long begin);

    /// <summary>Removes the segments before an address, as far as the log begins behind them; what lay there cannot be read any more.</summary>
    void RemoveTruncated(long begin);

    /// <summary>
    /// After a failure: drops what was appended since the last commit that succeeded, from the files too, and goes on there
    /// with a higher epoch. Reading goes on meanwhile. With no append or commit under way.
    /// </summary>
    /// <exception cref="Errors.ShardCorruptException">The files no longer hold what was committed.</exception>
    /// <exception cref="IOException">The device still fails; it can be tried again.</exception>
    Task ReopenAsync(long epoch);
}
