using System.Runtime.InteropServices;
using System.Text;
using ClipOrleans.Vectors.Ann;

namespace ClipOrleans.Vectors.Saved;

/// <summary>Counts and sums up what goes to a stream. Writes are gathered: a small value costs no call of the stream.</summary>
internal sealed class SavedOutput(Stream stream)
{
    private const int BufferBytes = 1 << 16;

    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _used;
    private long _written;

    /// <summary>Bytes so far, since the last <see cref="EndSection"/>.</summary>
    private long Count => _written + _used;

    private uint Checksum { get; set; }

    public void Write(int value) => Write([value]);

    public void Write<T>(params ReadOnlySpan<T> values)
        where T : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(values);
        if (bytes.Length <= BufferBytes - _used)
        {
            bytes.CopyTo(_buffer.AsSpan(_used));
            _used += bytes.Length;
            return;
        }

        Flush();
        if (bytes.Length < BufferBytes)
        {
            bytes.CopyTo(_buffer);
            _used = bytes.Length;
        }
        else
        {
            Pass(bytes);
        }
    }

    /// <summary>Bytes of a text as UTF-8 (32 bits), then those bytes.</summary>
    public void Write(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Write(bytes.Length);
        Write<byte>(bytes);
    }

    /// <returns>Length and checksum of what was written since the last call.</returns>
    public (long Length, uint Checksum) EndSection()
    {
        Flush();
        var section = (Count, Checksum);
        (_written, Checksum) = (0, 0);
        return section;
    }

    private void Flush()
    {
        if (_used > 0)
            Pass(_buffer.AsSpan(0, _used));
        _used = 0;
    }

    private void Pass(ReadOnlySpan<byte> bytes)
    {
        Checksum = Crc32C.Append(Checksum, bytes);
        _written += bytes.Length;
        stream.Write(bytes);
    }
}
