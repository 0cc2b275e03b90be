using System.Collections.Concurrent;
using ClipOrleans.Storage.Fencing;
using ClipOrleans.Storage.Files;

namespace ClipOrleans.Storage.Log;

/// <summary>
/// The files of a log, addressed as one range. FASTER's device writes through it, readers and replay read through it:
/// a read never waits for a write. Safe for any number of threads.
/// </summary>
/// <remarks>
/// I4: a replaced owner may be stopped between looking at the epoch and writing, and go on a minute later. So whoever opens
/// a log writes only to files of its own: the last segment is copied over itself, and a new one must not be there before.
/// What the other one still writes goes into a file that has no name any more.
/// </remarks>
/// <param name="disk">Where.</param>
/// <param name="files">Of the shard.</param>
/// <param name="geometry">Of the log.</param>
/// <param name="fence">Of the engine that writes; null for who only reads.</param>
internal sealed class SegmentFiles(IDisk disk, ShardFiles files, LogGeometry geometry, EpochFence? fence = null) : IDisposable
{
    /// <summary>A long log has thousands of segments; so many stay open for readers.</summary>
    private const int MostOpen = 256;

    /// <summary>The newest segments are never closed for others: they are written.</summary>
    private const int AlwaysOpen = 4;

    private readonly ConcurrentDictionary<int, IDiskFile> _open = new();
    private readonly ConcurrentDictionary<int, IDiskFile> _unflushed = new();
    private readonly ConcurrentDictionary<int, bool> _own = new();
    private readonly Lock _opening = new();
    private volatile bool _created;
    private volatile bool _disposed;

    public LogGeometry Geometry => geometry;

    /// <summary>Numbers of the segments on disk, ascending.</summary>
    public IReadOnlyList<int> Existing()
    {
        var numbers = new List<int>();
        foreach (var (name, _) in disk.List(files.Directory))
        {
            if (ShardFiles.TryParseSegment(name, out var number))
                numbers.Add(number);
        }

        numbers.Sort();
        return numbers;
    }

    /// <summary>Where the segments begin that follow each other without a gap up to the last: all that can be a log.</summary>
    public long FirstAddress()
    {
        var existing = Existing();
        var first = existing.Count - 1;
        while (first > 0 && existing[first - 1] == existing[first] - 1)
            first--;
        return existing.Count == 0 ? LogGeometry.FirstAddress : geometry.StartOf(existing[first]);
    }

    /// <summary>
    /// Where the log begins: as its mark says; or later, if a replaced owner has removed the segments before which it had just
    /// let the log begin, and did not come to say so in a mark that counts. Whether that may be, the log itself knows.
    /// </summary>
    public long BeginOf(CommitPoint? mark) =>
        mark is not { } point || !Existing().Contains(geometry.SegmentOf(point.Begin)) ? Math.Max(FirstAddress(), mark?.Begin ?? 0) : point.Begin;

    /// <summary>Address one past the last byte on disk.</summary>
    public long EndOnDisk()
    {
        var existing = Existing();
        return existing.Count == 0 ? 0 : ((long)existing[^1] << geometry.SegmentSizeBits) + OpenOrCreate(existing[^1]).Length;
    }

    /// <summary>Opens the segments from an address on anew when they are read next: another process may have put others in their place.</summary>
    public void Forget(long from)
    {
        lock (_opening)
        {
            foreach (var segment in _open.Keys.Where(segment => segment >= geometry.SegmentOf(from)))
                Close(segment);
        }
    }

    /// <summary>Reads from the address on, at most to the end of its segment; what lies past the end of the file, or in no file, is not counted.</summary>
    public int Read(Span<byte> buffer, long address)
    {
        var offset = geometry.OffsetInSegment(address);
        var room = (1L << geometry.SegmentSizeBits) - offset;
        var wanted = buffer[..(int)Math.Min(buffer.Length, room)];
        while (true)
        {
            try
            {
                return TryOpen(geometry.SegmentOf(address))?.Read(wanted, offset) ?? 0;
            }
            catch (ObjectDisposedException) when (!_disposed)
            {
                // Closed between finding and reading it, to let others be open or because its segment was removed.
            }
        }
    }

    public void Write(int segment, ReadOnlySpan<byte> bytes, long offset)
    {
        var file = fence is null ? OpenOrCreate(segment) : OpenOwn(segment, fence);
        _unflushed[segment] = file;
        file.Write(bytes, offset);
    }

    /// <summary>Forces what was written before the call, and the names of new segments, to the device.</summary>
    public void Flush()
    {
        foreach (var (segment, file) in _unflushed)
        {
            // Removed first: a write that comes in between puts it back for the next flush.
            _unflushed.TryRemove(segment, out _);
            file.Flush();
        }

        if (_created)
        {
            _created = false;
            disk.SyncDirectory(files.Directory);
        }
    }

    /// <summary>Forces all segments, also what another process wrote into them.</summary>
    public void FlushAll()
    {
        foreach (var segment in Existing())
            OpenOrCreate(segment).Flush();
        disk.SyncDirectory(files.Directory);
    }

    /// <summary>Removes the segments before a number, oldest first, durably; they cannot be read any more.</summary>
    /// <exception cref="Errors.ShardFencedException">A newer owner writes.</exception>
    public void RemoveBefore(int number)
    {
        var removed = false;
        foreach (var segment in Existing().Where(segment => segment < number))
        {
            // A later owner may have begun where this one no longer does.
            fence?.Check();
            lock (_opening)
            {
                disk.Delete(files.Segment(segment));
                Close(segment);
            }

            removed = true;
        }

        if (removed)
            disk.SyncDirectory(files.Directory);
    }

    /// <summary>Begins the mark anew, at a point that is durable.</summary>
    public CommitMark StartMark(CommitPoint point) => CommitMark.Start(disk, files, point);

    /// <summary>Forgets all bytes from the address on, durably: the torn end of a log must not come back under a later one.</summary>
    /// <returns>How many bytes were there.</returns>
    /// <exception cref="Errors.ShardFencedException">A newer owner writes: the bytes are not this engine's to forget.</exception>
    public long CutAt(long address)
    {
        fence?.Check();
        var end = EndOnDisk();
        foreach (var segment in Existing())
        {
            var start = (long)segment << geometry.SegmentSizeBits;
            if (start >= address && start > 0)
            {
                fence?.Check();
                Close(segment);
                disk.Delete(files.Segment(segment));
                _own.TryRemove(segment, out _);
                _created = true;
            }
            else if (start + OpenOrCreate(segment).Length > address || (fence is not null && address < start + (1L << geometry.SegmentSizeBits)))
            {
                Truncate(segment, address - start);
            }
        }

        Flush();
        return Math.Max(0, end - address);
    }

    /// <summary>
    /// What is written further becomes a file of its own: a full segment may be shared with a backup by a hard link, and
    /// any with a replaced owner.
    /// </summary>
    private void Truncate(int segment, long length)
    {
        var file = OpenOrCreate(segment);
        if (file.Length < 1L << geometry.SegmentSizeBits && (fence is null || _own.ContainsKey(segment)))
        {
            file.SetLength(length);
            file.Flush();
            return;
        }

        var path = files.Segment(segment);
        var epoch = fence?.Epoch ?? 0;
        FileCopy.Copy(disk, file, Math.Min(file.Length, length), FencedFile.Temporary(path, epoch));
        fence?.Check();
        Close(segment);
        if (fence is null)
            disk.Rename(FencedFile.Temporary(path, epoch), path);
        else
            FencedFile.Rename(disk, files, path, epoch);
        _own[segment] = true;
        _created = true;
    }

    /// <summary>
    /// Writes what stands in a range of one segment over itself. After a forcing that failed the system takes what it did not
    /// write for written: to be forced, it must be changed again.
    /// </summary>
    public void WriteAgain(long from, long until)
    {
        if (from >= until || !_own.ContainsKey(geometry.SegmentOf(from)))
            return;
        var bytes = new byte[until - from];
        var have = Read(bytes, from);
        Write(geometry.SegmentOf(from), bytes.AsSpan(0, have), geometry.OffsetInSegment(from));
    }

    public string NameOf(long address) => files.Segment(geometry.SegmentOf(address));

    public void Dispose()
    {
        lock (_opening)
        {
            _disposed = true;
            foreach (var segment in _open.Keys)
                Close(segment);
        }
    }

    private void Close(int segment)
    {
        _unflushed.TryRemove(segment, out _);
        if (_open.TryRemove(segment, out var file))
            file.Dispose();
    }

    private IDiskFile OpenOrCreate(int segment)
    {
        if (TryOpen(segment) is { } existing)
            return existing;
        lock (_opening)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var file = disk.Open(files.Segment(segment));
            _created = true;
            _open[segment] = file;
            return file;
        }
    }

    /// <exception cref="Errors.ShardFencedException">Somebody else has made the segment: a newer owner writes.</exception>
    private IDiskFile OpenOwn(int segment, EpochFence owner)
    {
        if (_own.ContainsKey(segment) && _open.TryGetValue(segment, out var open))
            return open;
        lock (_opening)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var path = files.Segment(segment);
            var file = _own.ContainsKey(segment) ? disk.TryOpenExisting(path) : disk.TryCreate(path);
            if (file is null || _own.ContainsKey(segment))
                owner.Check();
            if (file is null)
            {
                // The epoch is still this engine's, so that it was made by one that had been replaced.
                disk.Delete(path);
                file = disk.TryCreate(path) ?? throw new IOException($"'{path}' comes back again and again: somebody else writes here.");
            }

            _own[segment] = true;
            _created = true;
            _open[segment] = file;
            return file;
        }
    }

    private IDiskFile? TryOpen(int segment)
    {
        if (_open.TryGetValue(segment, out var file))
            return file;
        lock (_opening)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_open.TryGetValue(segment, out file) && disk.TryOpenExisting(files.Segment(segment)) is { } opened)
            {
                MakeRoom();
                _open[segment] = file = opened;
            }

            return file;
        }
    }

    private void MakeRoom()
    {
        if (_open.Count < MostOpen)
            return;
        var newest = _open.Keys.Max();
        foreach (var segment in _open.Keys.Where(segment => segment <= newest - AlwaysOpen && !_unflushed.ContainsKey(segment)).Take(MostOpen / 2))
            Close(segment);
    }
}
