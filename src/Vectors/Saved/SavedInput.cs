using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace ClipOrleans.Vectors.Saved;

/// <summary>Reads a section whose checksum was compared; what does not fit is still never read beyond its end.</summary>
internal ref struct SavedInput(ReadOnlySpan<byte> section)
{
    private ReadOnlySpan<byte> _rest = section;

    public readonly bool IsAtEnd => _rest.IsEmpty;

    /// <exception cref="InvalidDataException">The section ends before.</exception>
    public int ReadCount()
    {
        var value = MemoryMarshal.Read<int>(Take(1, sizeof(int)));
        return value >= 0 ? value : throw new InvalidDataException("A count in the rows file is negative.");
    }

    /// <inheritdoc cref="ReadCount"/>
    public T[] ReadAll<T>(int count)
        where T : unmanaged
    {
        var bytes = Take(count, Unsafe.SizeOf<T>());
        var values = GC.AllocateUninitializedArray<T>(count);
        bytes.CopyTo(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    /// <inheritdoc cref="ReadCount"/>
    public string ReadText() => Encoding.UTF8.GetString(Take(ReadCount(), 1));

    private ReadOnlySpan<byte> Take(int count, int size)
    {
        if (count < 0 || count > _rest.Length / size)
            throw new InvalidDataException("A section of the rows file is shorter than what it tells of.");
        var taken = _rest[..(count * size)];
        _rest = _rest[(count * size)..];
        return taken;
    }
}
