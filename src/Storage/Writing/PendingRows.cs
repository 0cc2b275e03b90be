using ClipOrleans.Storage.Log;

namespace ClipOrleans.Storage.Writing;

/// <summary>An operation in a record that is not visible yet.</summary>
internal readonly record struct PendingRow(WriteGroup Group, ReadOnlyMemory<byte> Record, int Offset)
{
    public RowView Row => RowCodec.Read(Record, Offset);
}

/// <summary>
/// What the groups in flight make of the documents they touch: the newest state, ahead of the published view; and which
/// writes are in them, by id. Used by the writer's loop alone.
/// </summary>
internal sealed class PendingRows
{
    private readonly Dictionary<string, PendingRow> _rows = new(StringComparer.Ordinal);

    private readonly Dictionary<Guid, BatchRequest> _writes = [];

    public bool TryGet(string id, out PendingRow row) => _rows.TryGetValue(id, out row);

    public BatchRequest? FindWrite(Guid id) => _writes.GetValueOrDefault(id);

    public void SetWrite(Guid id, BatchRequest request) => _writes[id] = request;

    public void Set(string id, PendingRow row)
    {
        _rows[id] = row;
        row.Group.Ids.Add(id);
    }

    /// <summary>Nothing is in flight any more, and nothing of what was has been written.</summary>
    public void Clear()
    {
        _rows.Clear();
        _writes.Clear();
    }

    /// <summary>The group is visible now: the view knows what it did, except where a later group has done more.</summary>
    public void Forget(WriteGroup group)
    {
        foreach (var id in group.Ids)
        {
            if (_rows.TryGetValue(id, out var row) && ReferenceEquals(row.Group, group))
                _rows.Remove(id);
        }

        foreach (var request in group.Requests)
        {
            if (request.WriteId is { } id && ReferenceEquals(_writes.GetValueOrDefault(id), request))
                _writes.Remove(id);
        }
    }
}
