using System.Text;
using System.Text.Json;
using ClipOrleans.Storage.Compaction;
using ClipOrleans.Storage.Documents;
using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Log;
using Microsoft.Extensions.Logging;

namespace ClipOrleans.Storage.Writing;

/// <summary>
/// Turns operations into rows in the log, deciding each outcome against the newest state of its document: that of a group
/// in flight before that of the published view. Used by the writer's loop alone.
/// </summary>
internal sealed class OperationEncoder(ShardState state, IShardLog log, RecordPacker packer, PendingRows pending, TimeProvider clock, ILogger logger)
{
    private long _lastTime;

    /// <summary>
    /// Encodes all operations of a request into the group, in order. Of a write that was there before, only those that are
    /// not in the log: none, unless a crash came between its records.
    /// </summary>
    public async ValueTask EncodeAsync(BatchRequest request, WriteGroup group)
    {
        var now = RowTime.Of(clock.GetUtcNow());
        var done = 0;
        if (request.WriteId is { } id && !TryBegin(request, id, now, out done))
            return;
        group.Requests.Add(request);
        if (done == request.Operations.Count)
            return;
        for (var i = done; i < request.Operations.Count; i++)
        {
            request.Outcomes[i] = await EncodeAsync(request.Operations[i], now, group);
            await packer.NoteAsync(request.Outcomes[i], group);
        }

        packer.EndWrite();
    }

    /// <summary>Looks whether the write was there before, and takes from it what is known.</summary>
    /// <returns>False if it was another one, and the request is answered.</returns>
    private bool TryBegin(BatchRequest request, Guid id, long now, out int done)
    {
        done = request.Operations.Count;
        var first = pending.FindWrite(id);
        state.Writes.TryFind(id, out var known);
        if ((first?.Operations.Count ?? known?.Total ?? done) is var total && total != done)
        {
            request.Fail(new ArgumentException($"The write {id} had {total} operations when it came first, and has {done} now: it is another one."));
            return false;
        }

        if (first is not null)
        {
            request.Join(first);
            return true;
        }

        if (known is not null)
        {
            known.ReadOutcomes().CopyTo(request.Outcomes, 0);
            request.Sequence = known.Sequence;
            if (known.IsWhole)
                return true;
        }

        done = known?.Known ?? 0;
        pending.SetWrite(id, request);
        _lastTime = Math.Max(_lastTime, Math.Max(now, state.Writes.NewestTime));
        packer.BeginWrite(new ReceiptDraft(request, _lastTime, done));
        return true;
    }

    /// <summary>Encodes the deletion of a document that is known to be there.</summary>
    public async ValueTask EncodeDeleteAsync(string id, WriteGroup group) =>
        await AddAsync(id, new RowView { Kind = OperationKind.Delete, Offset = 0, Length = 0, IdBytes = Encoding.UTF8.GetBytes(id) }, group);

    /// <summary>Encodes a row as it stands elsewhere in the log. With nothing in flight.</summary>
    /// <returns>False if it is not its document's newest any more.</returns>
    public async ValueTask<bool> EncodeMoveAsync(MovingRow moving, WriteGroup group)
    {
        var view = state.View;
        if (!view.TryGet(moving.Id, out var newest) || view.LocatorOf(newest) != moving.Locator)
            return false;
        var row = moving.Row with { IsMoved = true };
        if (!moving.Image.IsEmpty)
            row = row with { Chunks = await packer.AppendImageAsync(moving.Image, group) };
        await AddAsync(moving.Id, row, group);
        return true;
    }

    private async ValueTask<StoredOutcome> EncodeAsync(StoredOperation operation, long now, WriteGroup group)
    {
        if (UpsertCheck.RefuseId(operation.Id) is { } refused)
            return refused;
        try
        {
            return await EncodeCheckedAsync(operation, now, group);
        }
        catch (Exception e) when (e is ShardReadException or ShardCorruptException or JsonException)
        {
            // What is stored (here: stored metadata that is no JSON) is read before anything is appended: the other operations are not concerned.
            EncoderLog.Unreadable(logger, e);
            return StoredOutcome.Failed(FailureReasons.StorageUnavailable, "What is stored of the document cannot be read, so that it cannot be changed. It can be deleted.");
        }
    }

    private async ValueTask<StoredOutcome> EncodeCheckedAsync(StoredOperation operation, long now, WriteGroup group)
    {
        switch (operation.Kind)
        {
            case StoredOperationKind.Upsert:
                return await UpsertAsync(operation, now, group);
            case StoredOperationKind.PatchMetadata:
                return await PatchAsync(operation, now, group);
            case StoredOperationKind.Delete:
                if (!Exists(operation.Id))
                    return StoredOutcome.NotFound;
                await EncodeDeleteAsync(operation.Id, group);
                return StoredOutcome.Deleted;
            default:
                throw new ArgumentException($"An operation of kind {operation.Kind}.", nameof(operation));
        }
    }

    private async ValueTask<StoredOutcome> UpsertAsync(StoredOperation operation, long now, WriteGroup group)
    {
        if (UpsertCheck.Refuse(operation, state.Descriptor.Dimensions) is { } refused)
            return refused;
        using (var metadata = MetadataCheck.TryParse(operation.Metadata, out var unreadable))
        {
            if (metadata is null)
                return unreadable!;
            if (MetadataCheck.Refuse(metadata.RootElement, operation.Metadata.Length, state.Descriptor.Schema) is { } wrong)
                return wrong;
        }

        long? createdAt;
        using (var old = FindRow(operation.Id))
        {
            createdAt = old?.Row.CreatedAt;
            now = Later(now, old?.Row);
        }

        var row = new RowView
        {
            Kind = OperationKind.Put,
            Offset = 0,
            Length = 0,
            IdBytes = Encoding.UTF8.GetBytes(operation.Id),
            Model = Encoding.UTF8.GetBytes(state.Descriptor.Model),
            ModelRevision = Encoding.UTF8.GetBytes(state.Descriptor.ModelRevision),
            ImageUrl = ToBytes(operation.ImageUrl),
            Text = ToBytes(operation.Text),
            Metadata = operation.Metadata.IsEmpty ? MetadataCheck.Empty : operation.Metadata,
            Vector = operation.Vector,
            ImageBytes = operation.Image.Length,
            ImageContentType = operation.Image.IsEmpty ? default : Encoding.UTF8.GetBytes(operation.ImageContentType!),
            Chunks = new byte[packer.Pieces(operation.Image.Length) * sizeof(long)],
            CreatedAt = createdAt ?? now,
            UpdatedAt = now,
        };
        if (RowCodec.Size(row) > packer.MaxRowBytes)
            return TooLarge(row);
        if (!operation.Image.IsEmpty)
            row = row with { Chunks = await packer.AppendImageAsync(operation.Image, group) };
        group.NewRows++;
        await AddAsync(operation.Id, row, group);
        return createdAt is null ? StoredOutcome.Created : StoredOutcome.Updated;
    }

    private async ValueTask<StoredOutcome> PatchAsync(StoredOperation operation, long now, WriteGroup group)
    {
        using var patch = MetadataCheck.TryParse(operation.Metadata, out var unreadable);
        if (patch is null)
            return unreadable!;
        using var old = FindRow(operation.Id);
        if (old is null)
            return StoredOutcome.NotFound;
        byte[] merged;
        try
        {
            using var stored = JsonDocument.Parse(old.Row.Metadata);
            merged = MetadataMerge.Apply(stored.RootElement, patch.RootElement);
            using var result = JsonDocument.Parse(merged);
            if (MetadataCheck.Refuse(result.RootElement, merged.Length, state.Descriptor.Schema) is { } wrong)
                return wrong;
        }
        catch (InvalidOperationException e)
        {
            return StoredOutcome.Failed(FailureReasons.InvalidMetadata, $"The patch has a name that is not valid Unicode: {e.Message}", "");
        }

        var row = old.Row with { Metadata = merged, UpdatedAt = Later(now, old.Row), IsMoved = false };
        if (RowCodec.Size(row) > packer.MaxRowBytes)
            return TooLarge(row);
        group.NewRows++;
        await AddAsync(operation.Id, row, group);
        return StoredOutcome.Updated;
    }

    /// <summary>The times of a document never go back, whatever the clock does.</summary>
    private static long Later(long now, RowView? old) => old is { } row ? Math.Max(now, Math.Max(row.CreatedAt, row.UpdatedAt)) : now;

    private async ValueTask AddAsync(string id, RowView row, WriteGroup group) =>
        pending.Set(id, await packer.AddAsync(row, group));

    private bool Exists(string id) =>
        pending.TryGet(id, out var row) ? row.Row.Kind == OperationKind.Put : state.View.TryGet(id, out _);

    private FoundRow? FindRow(string id)
    {
        if (pending.TryGet(id, out var inFlight))
            return inFlight.Row.Kind == OperationKind.Put ? new FoundRow(inFlight.Row, null) : null;
        var view = state.View;
        if (!view.TryGet(id, out var row))
            return null;
        var (address, offset) = Locator.Unpack(view.LocatorOf(row));
        var record = log.Read(address);
        var found = RowCodec.Read(record.Bytes, offset);
        if (found.Id == id)
            return new FoundRow(found, record);

        // A patch of another document's row would make its metadata this one's for good.
        record.Dispose();
        throw new ShardCorruptException(log.NameOf(address), $"at log address {address}: document '{found.Id}' stands where '{id}' was written.");
    }

    private StoredOutcome TooLarge(in RowView row) => StoredOutcome.Failed(
        FailureReasons.DocumentTooLarge,
        $"The document has {RowCodec.Size(row)} bytes without its image; at most {packer.MaxRowBytes} fit.");

    // A null array would convert to an empty memory, not to none.
    private static ReadOnlyMemory<byte>? ToBytes(string? text) => text is null ? default(ReadOnlyMemory<byte>?) : Encoding.UTF8.GetBytes(text);

    /// <summary>A row with the buffer it lies in.</summary>
    private sealed class FoundRow(RowView row, PooledRecord? record) : IDisposable
    {
        public RowView Row => row;

        public void Dispose() => record?.Dispose();
    }
}
