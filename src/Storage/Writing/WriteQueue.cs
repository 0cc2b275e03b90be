using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using ClipOrleans.Storage.Errors;

namespace ClipOrleans.Storage.Writing;

/// <summary>
/// Requests on their way to the one writer, bounded in number and in bytes. Full means refused at once: a caller that
/// waited here would hold its memory all the same and tell its own caller nothing.
/// </summary>
internal sealed class WriteQueue(ShardOptions options)
{
    private readonly Channel<WriteRequest> _requests = Channel.CreateBounded<WriteRequest>(
        new BoundedChannelOptions(options.MaxQueuedWrites) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private long _bytes;
    private volatile bool _closed;
    private Task<bool>? _waiting;

    /// <exception cref="ShardOverloadedException">The queue is full.</exception>
    /// <exception cref="ShardUnavailableException">The engine is closed.</exception>
    public void Add(WriteRequest request)
    {
        var bytes = Interlocked.Add(ref _bytes, request.Bytes);
        var fits = bytes <= options.MaxQueuedBytes || bytes == request.Bytes;
        if (fits && _requests.Writer.TryWrite(request))
            return;
        Interlocked.Add(ref _bytes, -request.Bytes);
        if (_closed)
            throw new ShardUnavailableException("The shard is closed.");
        throw new ShardOverloadedException(
            $"Writes are waiting already: at most {options.MaxQueuedWrites} requests and {options.MaxQueuedBytes} bytes may.");
    }

    public bool TryTake([NotNullWhen(true)] out WriteRequest? request)
    {
        if (!_requests.Reader.TryRead(out request))
            return false;
        Interlocked.Add(ref _bytes, -request.Bytes);
        return true;
    }

    /// <summary>For the one reader; a wait that it gave up is continued by its next.</summary>
    /// <returns>False once the queue is closed and empty.</returns>
    public Task<bool> WaitAsync()
    {
        if (_waiting is null or { IsCompleted: true })
            _waiting = _requests.Reader.WaitToReadAsync().AsTask();
        return _waiting;
    }

    /// <summary>Closed, and nothing waits any more.</summary>
    public bool IsDrained => _requests.Reader.Completion.IsCompleted;

    /// <summary>Takes no more requests; those that wait are still handed out.</summary>
    public void Close()
    {
        _closed = true;
        _requests.Writer.TryComplete();
    }
}
