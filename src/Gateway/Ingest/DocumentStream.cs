using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Admission;

namespace ClipOrleans.Gateway.Ingest;

/// <summary>The documents of a request body, one by one, as they arrive.</summary>
internal abstract class DocumentStream(DocumentReader documents, Budgets budgets)
{
    /// <summary>Documents smaller than this are not worth counting: the queues bound how many there are.</summary>
    private const int CountedFrom = 16 * 1024;

    /// <summary>After the last document: why the body as a whole is no good, or null.</summary>
    public Error? Failure { get; protected set; }

    public abstract IAsyncEnumerable<DocumentItem> ReadAsync(CancellationToken cancel);

    /// <summary>Parses one document once there is memory for its image.</summary>
    protected async ValueTask<DocumentItem> ParseAsync(ReadOnlyMemory<byte> utf8, CancellationToken cancel)
    {
        if (utf8.Length < CountedFrom)
            return documents.Parse(utf8);
        if (!await budgets.Images.TakeAsync(utf8.Length, Budgets.Patience, cancel))
            return DocumentItem.Failed(Budgets.OutOfMemory("images"));
        using var lease = new ImageLease(budgets.Images, utf8.Length);
        return documents.Parse(utf8, lease);
    }
}
