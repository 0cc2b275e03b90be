using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Files;
using ClipOrleans.Storage.Log;

namespace ClipOrleans.Storage.Following;

/// <summary>The log of a shard that another engine owns, as far as that one has marked it.</summary>
internal sealed class FollowedLog : IRecordReader, IDisposable
{
    private readonly IDisk _disk;
    private readonly ShardFiles _files;
    private readonly LogReader _reader;
    private long _begin;

    public FollowedLog(IDisk disk, ShardFiles files, LogGeometry geometry)
    {
        (_disk, _files) = (disk, files);
        Segments = new SegmentFiles(disk, files, geometry);
        _reader = new LogReader(Segments);
    }

    public SegmentFiles Segments { get; }

    /// <summary>Where the log begins, as the newest mark says that was read.</summary>
    public long Begin => Interlocked.Read(ref _begin);

    /// <returns>How far the owner has come; null where there is no mark.</returns>
    /// <exception cref="ShardCorruptException">The mark is damaged.</exception>
    public CommitPoint? ReadMark()
    {
        try
        {
            var mark = CommitMark.Find(_disk, _files);
            if (mark is { } point)
                Interlocked.Exchange(ref _begin, point.Begin);
            return mark;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // Replaced or removed between looking for it and reading it.
            return null;
        }
    }

    public PooledRecord Read(long address)
    {
        try
        {
            return _reader.Read(address);
        }
        catch (Exception e) when (e is ShardCorruptException or IOException && IsTruncated(address))
        {
            throw new ShardRowMovedException($"What stood at log address {address} was moved or removed; the log begins at {Begin} now.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ShardReadException($"The log cannot be read at address {address}: {e.Message}", e);
        }
    }

    public string NameOf(long address) => Segments.NameOf(address);

    /// <summary>Whether a record is still the one that stood there.</summary>
    public bool Has(LogPosition position)
    {
        if (position.Sequence == 0)
            return true;
        try
        {
            using var record = _reader.Read(position.Address);
            return RecordHeader.TryRead(record.Bytes.Span, out var header) is null && LogPosition.Of(position.Address, header, record.Bytes.Span) == position;
        }
        catch (ShardCorruptException)
        {
            return false;
        }
    }

    public void Dispose() => Segments.Dispose();

    private bool IsTruncated(long address)
    {
        if (address >= Begin)
            ReadMark();
        return address >= LogGeometry.FirstAddress && address < Begin;
    }
}
