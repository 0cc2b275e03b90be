using ClipOrleans.Storage.Log;

namespace ClipOrleans.Storage.Writing;

/// <summary>A record that was appended and waits to be durable, with the bytes that Apply will see.</summary>
internal readonly record struct AppendedRecord(long Address, RecordHeader Header, ReadOnlyMemory<byte> Bytes);

/// <summary>The requests that share one commit.</summary>
internal sealed class WriteGroup
{
    /// <summary>A group takes no more requests above this: bounds the memory of records in flight and the time to the answer.</summary>
    public const long MaxBytes = 8L << 20;

    public List<BatchRequest> Requests { get; } = [];

    public List<AppendedRecord> Records { get; } = [];

    /// <summary>Ids that the group changes.</summary>
    public List<string> Ids { get; } = [];

    /// <summary>Rows that its records add.</summary>
    public int NewRows { get; set; }

    public long Bytes { get; set; }

    /// <summary>Number of the last record appended when the group was closed.</summary>
    public long LastSequence { get; set; }

    /// <summary>Something was appended: the group needs a commit.</summary>
    public bool Appended { get; set; }

    public bool HasRoom => Bytes < MaxBytes;
}
