using System.IO.Hashing;
using ClipOrleans.Storage.Files;

namespace ClipOrleans.Storage.Snapshots;

/// <summary>
/// Writes a file of a snapshot from a position on, giving way to others: between two pieces it asks whether it may go on,
/// and what it wrote is forced a little at a time, so that a write that waits for the device never waits behind all of it.
/// </summary>
/// <param name="disk">Where.</param>
/// <param name="path">Made if it is missing; what it held from the position on does not count.</param>
/// <param name="position">Where the first byte goes.</param>
/// <param name="breathe">Called between pieces; pauses or throws.</param>
internal sealed class DiskStream(IDisk disk, string path, long position, Action breathe) : Stream
{
    private const int PieceBytes = 1 << 20;
    private const long ForcedBytes = 32 << 20;

    private readonly IDiskFile _file = disk.Open(path);
    private readonly byte[] _piece = new byte[PieceBytes];
    private int _used;
    private long _unforced;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => position + _used;

    public override long Position
    {
        get => Length;
        set => throw new NotSupportedException();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var take = Math.Min(buffer.Length, PieceBytes - _used);
            buffer[..take].CopyTo(_piece.AsSpan(_used));
            _used += take;
            buffer = buffer[take..];
            if (_used == PieceBytes)
                Pass();
        }
    }

    /// <summary>Forces all that was written, and that the file is no longer than this.</summary>
    public override void Flush()
    {
        Pass();
        if (_file.Length > position)
            _file.SetLength(position);
        _file.Flush();
        _unforced = 0;
    }

    /// <returns>XxHash3 of bytes of the file; all were written.</returns>
    public ulong HashOf(long offset, int count)
    {
        var bytes = new byte[count];
        var have = _file.Read(bytes, offset);
        return XxHash3.HashToUInt64(bytes.AsSpan(0, have));
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _file.Dispose();
        base.Dispose(disposing);
    }

    private void Pass()
    {
        if (_used == 0)
            return;
        breathe();
        _file.Write(_piece.AsSpan(0, _used), position);
        position += _used;
        _unforced += _used;
        _used = 0;
        if (_unforced < ForcedBytes)
            return;
        _file.Flush();
        _unforced = 0;
    }
}
