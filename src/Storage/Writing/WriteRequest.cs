using ClipOrleans.Storage.Compaction;
using ClipOrleans.Storage.Documents;
using ClipOrleans.Vectors.Filters;

namespace ClipOrleans.Storage.Writing;

/// <summary>Something the writer is asked to do. Until the writer starts it, its caller can still withdraw it.</summary>
internal abstract class WriteRequest(long bytes, CancellationToken cancel)
{
    /// <summary>Memory that the request keeps alive while it waits.</summary>
    public long Bytes => bytes;

    protected CancellationToken Cancel => cancel;

    public abstract void Fail(Exception reason);

    /// <returns>False if the caller has withdrawn it; it is then answered.</returns>
    public bool TryStart()
    {
        if (!cancel.IsCancellationRequested)
            return true;
        Withdraw();
        return false;
    }

    protected abstract void Withdraw();
}

internal abstract class WriteRequest<T>(long bytes, CancellationToken cancel) : WriteRequest(bytes, cancel)
{
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>
    /// Ends with the answer, or at once when the caller gives up: what the writer has started it finishes, so that whether
    /// a cancelled write counts is open.
    /// </summary>
    public Task<T> Answer => _answer.Task.WaitAsync(Cancel);

    public void Complete(T answer) => _answer.TrySetResult(answer);

    public override void Fail(Exception reason) => _answer.TrySetException(reason);

    protected override void Withdraw() => _answer.TrySetCanceled(Cancel);
}

internal sealed class BatchRequest(IReadOnlyList<StoredOperation> operations, Guid? writeId, CancellationToken cancel)
    : WriteRequest<WriteResult>(BytesOf(operations), cancel)
{
    private StoredOutcome[] _outcomes = new StoredOutcome[operations.Count];
    private BatchRequest? _first;

    public IReadOnlyList<StoredOperation> Operations => operations;

    /// <summary>By which it is known that the same write comes again; null: it does not.</summary>
    public Guid? WriteId => writeId;

    public StoredOutcome[] Outcomes => _outcomes;

    /// <summary>Of the last record of a write with an id, once that is known.</summary>
    public long? Sequence { get; set; }

    /// <summary>Takes the answer of the request that came first with the same id.</summary>
    public void Join(BatchRequest first) => _first = first;

    /// <param name="groupSequence">Number of the last record of its group.</param>
    public void CompleteWith(long groupSequence)
    {
        if (_first is { } first)
            (_outcomes, Sequence) = (first.Outcomes, first.Sequence);
        Complete(new WriteResult(_outcomes, Sequence ?? groupSequence));
    }

    private static long BytesOf(IReadOnlyList<StoredOperation> operations)
    {
        const int perOperation = 128;
        var bytes = 0L;
        foreach (var operation in operations)
        {
            bytes += perOperation + operation.Vector.Length + operation.Metadata.Length + operation.Image.Length
                + (2L * (operation.Id.Length + (operation.Text?.Length ?? 0) + (operation.ImageUrl?.Length ?? 0)));
        }

        return bytes;
    }
}

/// <summary>Answer: how many documents were deleted.</summary>
internal sealed class DeleteMatchingRequest(Filter? filter, CancellationToken cancel) : WriteRequest<long>(0, cancel)
{
    public Filter? Filter => filter;
}

/// <summary>Answer: the descriptor that holds now.</summary>
internal sealed class ReconfigureRequest(ShardDescriptor newer, CancellationToken cancel) : WriteRequest<ShardDescriptor>(0, cancel)
{
    public ShardDescriptor Newer => newer;
}

/// <summary>Looks at the shard between two groups, when what is committed, what is visible and what the files hold are one.</summary>
/// <param name="take">What to look at; its failure is the caller's, not the writer's.</param>
/// <param name="cancel">Gives up.</param>
internal sealed class StandstillRequest<T>(Func<T> take, CancellationToken cancel) : WriteRequest<T>(0, cancel), IStandstillRequest
{
    public void Run()
    {
        try
        {
            Complete(take());
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }
}

internal interface IStandstillRequest
{
    void Run();
}

/// <summary>Rows to be copied to the end of the log, those that are still the newest of their documents. Answer: what was copied.</summary>
internal sealed class MoveRequest(IReadOnlyList<MovingRow> rows, CancellationToken cancel) : WriteRequest<MovedRows>(0, cancel)
{
    public IReadOnlyList<MovingRow> Rows => rows;
}

/// <summary>Nothing before an address is needed any more. Answer: bytes that the log is shorter.</summary>
internal sealed class TruncateRequest(long begin, CancellationToken cancel) : WriteRequest<long>(0, cancel)
{
    public long Begin => begin;
}
