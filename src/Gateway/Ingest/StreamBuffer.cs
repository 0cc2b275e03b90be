using System.Buffers;
using System.IO.Pipelines;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Admission;

namespace ClipOrleans.Gateway.Ingest;

/// <summary>
/// A window on a long request body: unread bytes in one piece, as large as the largest document so far and no larger
/// than one document may be.
/// </summary>
internal sealed class StreamBuffer(PipeReader reader, long maxTotal, int maxWindow) : IDisposable
{
    private const int FirstRent = 64 * 1024;

    private IMemoryOwner<byte> _memory = WorkingMemory.Rent(FirstRent);
    private int _start;
    private int _end;
    private long _total;

    public ReadOnlyMemory<byte> Unread => _memory.Memory[_start.._end];

    /// <summary>Nothing comes after <see cref="Unread"/>.</summary>
    public bool IsEnd { get; private set; }

    /// <summary>The window can't grow: a document that does not fit is too large.</summary>
    public bool IsFull => _end - _start >= maxWindow;

    public void Consume(int bytes) => _start += bytes;

    /// <summary>Reads until there are that many unread bytes, or the end is reached, or the window is full.</summary>
    /// <returns>Null, or body-too-large.</returns>
    public async ValueTask<Error?> FillAsync(int wanted, CancellationToken cancel)
    {
        while (!IsEnd && !IsFull && _end - _start < wanted)
        {
            var read = await reader.ReadAsync(cancel);
            var take = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, maxWindow - (_end - _start)));
            _total += take.Length;
            if (_total <= maxTotal)
                Append(take);
            reader.AdvanceTo(take.End);
            if (_total > maxTotal)
                return RequestBody.TooLarge(maxTotal);
            IsEnd = read.IsCompleted && take.Length == read.Buffer.Length;
        }

        return null;
    }

    public void Dispose()
    {
        _start = _end = 0;
        _memory.Dispose();
    }

    private void Append(ReadOnlySequence<byte> bytes)
    {
        var unread = _end - _start;
        var needed = unread + (int)bytes.Length;
        var capacity = _memory.Memory.Length;
        if (needed > capacity)
        {
            _memory = WorkingMemory.Grow(_memory, _start, unread, (int)Math.Max(needed, Math.Min(2L * capacity, maxWindow)));
            (_start, _end) = (0, unread);
        }
        else if (_end + bytes.Length > capacity)
        {
            Unread.CopyTo(_memory.Memory);
            (_start, _end) = (0, unread);
        }

        bytes.CopyTo(_memory.Memory.Span[_end..]);
        _end += (int)bytes.Length;
    }
}
