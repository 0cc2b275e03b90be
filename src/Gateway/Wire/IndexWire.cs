using System.ComponentModel;

namespace ClipOrleans.Gateway.Wire;

/// <summary>A new index.</summary>
internal sealed record CreateIndexRequest
{
    [Description("1 to 63 characters from a-z, 0-9, '-' and '_', the first one a letter or a digit.")]
    public required string Name { get; init; }

    [Description("A loaded model's name; the default model when absent; 'none' for vectors of your own.")]
    public string? Model { get; init; }

    [Description("Length of the vectors. Required with the model 'none'; otherwise it must be the model's, if given.")]
    public int? Dimensions { get; init; }

    [Description("The metadata members that filters and facets can use: at most 64.")]
    public IReadOnlyList<FieldWire>? Fields { get; init; }

    [Description("Parts that the documents are spread over, 1 to 1,024. Default 1. It can't be changed later.")]
    public int? Shards { get; init; }

    [Description("Read replicas of each shard, on other silos: 0 to 4. They share the searches. Default 0.")]
    public int? Replicas { get; init; }

    [Description("Least recall@10 of searches that are not exact, 0.1 to 1. Default 0.95.")]
    public double? TargetRecall { get; init; }

    [Description("How vectors are coded for searches that are not exact: auto (8 bits once a shard has about 4,096 documents), none (every search scans all vectors), int8 (8 bits a dimension) or binary (1 bit a dimension: the least memory). Default auto. Scores are float32 cosines with each.")]
    public string? Quantization { get; init; }

    [Description("What is kept of images: none, thumbnail or original. Default thumbnail.")]
    public string? KeepImages { get; init; }
}

/// <summary>A change of an index; members left out stay as they are.</summary>
internal sealed record UpdateIndexRequest
{
    [Description("Fields to add; they are filled from the metadata that is stored.")]
    public IReadOnlyList<FieldWire>? Fields { get; init; }

    [Description("Least recall@10 of searches that are not exact, 0.1 to 1.")]
    public double? TargetRecall { get; init; }

    [Description("Read replicas of each shard, 0 to 4.")]
    public int? Replicas { get; init; }

    [Description("How vectors are coded for searches that are not exact: auto, none, int8 or binary. The shards code anew in the background and serve meanwhile.")]
    public string? Quantization { get; init; }

    [Description("What is kept of images from now on: none, thumbnail or original.")]
    public string? KeepImages { get; init; }
}

/// <summary>A declared field.</summary>
internal sealed record FieldWire
{
    [Description("The name of a top-level member of the metadata: 1 to 128 characters, not starting with '$'.")]
    public required string Name { get; init; }

    [Description("keyword, number, boolean, datetime, keyword[] or geo.")]
    public required string Type { get; init; }
}

/// <summary>All indexes of the tenant, by name.</summary>
internal sealed record IndexListResponse
{
    public required IReadOnlyList<IndexResponse> Indexes { get; init; }
}

/// <summary>An index and how it is.</summary>
internal sealed record IndexResponse
{
    public required string Name { get; init; }

    public required string Model { get; init; }

    [Description("Which weights made its vectors; empty with the model 'none'.")]
    public required string ModelRevision { get; init; }

    public required int Dimensions { get; init; }

    public required IReadOnlyList<FieldWire> Fields { get; init; }

    public required double TargetRecall { get; init; }

    [Description("What was promised of searches that are not exact, and what was measured of them in the background.")]
    public required RecallWire Recall { get; init; }

    [Description("auto, none, int8 or binary.")]
    public required string Quantization { get; init; }

    public required string KeepImages { get; init; }

    [Description("Read replicas of each shard.")]
    public required int Replicas { get; init; }

    [Description("ready, loading (some shard is still loading) or failed (some shard does not answer).")]
    public required string Status { get; init; }

    public required long Documents { get; init; }

    public required long BytesOnDisk { get; init; }

    [Description("Vectors, codes and all else that is in memory; not what is mapped.")]
    public required long BytesInMemory { get; init; }

    [Description("What the bytes in memory are for, and what is mapped instead.")]
    public required MemoryWire Memory { get; init; }

    public required IReadOnlyList<ShardWire> Shards { get; init; }

    [Description("Grows with each change of the index.")]
    public required long Version { get; init; }

    public required DateTime CreatedAt { get; init; }

    public required DateTime UpdatedAt { get; init; }
}

/// <summary>Bytes by what they are for.</summary>
internal sealed record MemoryWire
{
    [Description("Float32 vectors in memory.")]
    public required long Vectors { get; init; }

    [Description("Short codes of the vectors.")]
    public required long Codes { get; init; }

    [Description("Ids, filter index, log pages, caches.")]
    public required long Other { get; init; }

    [Description("Float32 vectors in mapped files (the setting Storage:PreciseVectors): space on disk, not counted in bytesOnDisk, of which the system holds in memory what it can.")]
    public required long Mapped { get; init; }
}

/// <summary>Promised and measured recall.</summary>
internal sealed record RecallWire
{
    [Description("The recall@10 that is promised: targetRecall.")]
    public required double Target { get; init; }

    [Description("For each share of the documents that filters match, as far as there were searches; all shards together.")]
    public required IReadOnlyList<MeasuredRecallWire> Measured { get; init; }
}

/// <summary>Recall of searches whose filters match about the same share of the documents.</summary>
internal sealed record MeasuredRecallWire
{
    [Description("The share: all (half of the documents and more, or no filter), 10-50%, 1-10%, 0.1-1% or 0-0.1%.")]
    public required string Selectivity { get; init; }

    [Description("Share of the true ten best that searches found; newer searches count more.")]
    public required double Recall { get; init; }

    [Description("Lower end of its 95 % interval.")]
    public required double Low { get; init; }

    [Description("Upper end of its 95 % interval.")]
    public required double High { get; init; }

    [Description("Searches that it rests on: those measured, less what has faded.")]
    public required long Queries { get; init; }

    [Description("Level of effort at which such searches run now; one more about halves what is missed. Mean over the shards.")]
    public required double Effort { get; init; }
}

/// <summary>One shard of an index.</summary>
internal sealed record ShardWire
{
    public required int Shard { get; init; }

    [Description("ready, loading or failed.")]
    public required string State { get; init; }

    [Description("How far loading has come, 0 to 100.")]
    public required int Percent { get; init; }

    [Description("By what it is searched: exact (no codes, searches scan the vectors), training (the same, while the first codes are learnt) or trained (by codes); absent while it is not loaded.")]
    public string? Codes { get; init; }

    public required long Documents { get; init; }

    public required long BytesOnDisk { get; init; }

    [Description("Of these, what overwritten and deleted documents still take, as last estimated; it is given back in the background.")]
    public required long DeadBytes { get; init; }

    public required long BytesInMemory { get; init; }

    [Description("Number of the last acknowledged write.")]
    public required long Sequence { get; init; }

    [Description("Grows each time the shard is opened.")]
    public required long Epoch { get; init; }

    [Description("What is wrong with it, if anything.")]
    public string? Problem { get; init; }

    [Description("The address of the silo that has it; absent where none answered.")]
    public string? Silo { get; init; }

    [Description("Its read replicas, if it has any.")]
    public IReadOnlyList<ReplicaWire>? Replicas { get; init; }
}

/// <summary>A read replica of a shard.</summary>
internal sealed record ReplicaWire
{
    [Description("Its number, from 1.")]
    public required int Replica { get; init; }

    [Description("ready, loading or failed. While it is not ready the shard answers alone.")]
    public required string State { get; init; }

    public required long Documents { get; init; }

    public required long BytesInMemory { get; init; }

    [Description("Number of the last write that it shows.")]
    public required long Sequence { get; init; }

    [Description("Milliseconds since it last looked at the log and showed all that was there. A search waits for what was acknowledged before it.")]
    public required double BehindMs { get; init; }

    [Description("The address of the silo that has it; absent where none answered.")]
    public string? Silo { get; init; }

    [Description("What is wrong with it, if anything.")]
    public string? Problem { get; init; }
}
