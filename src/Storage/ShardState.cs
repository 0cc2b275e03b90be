using System.Runtime.InteropServices;
using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Fencing;
using ClipOrleans.Storage.Log;
using ClipOrleans.Storage.Maintenance;
using ClipOrleans.Storage.Writing;
using ClipOrleans.Vectors;
using ClipOrleans.Vectors.Filters;
using ClipOrleans.Vectors.Recall;
using ClipOrleans.Vectors.Rows;

namespace ClipOrleans.Storage;

/// <summary>
/// Everything that is derived from the log. There is one Apply: a live write reaches it with the record that was just made
/// durable, replay with the same record read back. One writer at a time; views may be read by anyone.
/// </summary>
internal sealed class ShardState : ITrainedIndex
{
    private readonly float[] _vector;
    private readonly IVectorMemory _preciseVectors;
    private VectorCollection _collection;
    private long _published;
    private long _trainings;

    /// <summary>Dead rows at which it is tried again to drop them, after there was no room.</summary>
    private long _dropAgainAt;

    /// <summary>Codes are being learnt for the rows as they are numbered now.</summary>
    private volatile bool _isTraining;

    /// <param name="descriptor">What the shard holds.</param>
    /// <param name="preciseVectors">Where float32 vectors lie beyond the first few.</param>
    public ShardState(ShardDescriptor descriptor, IVectorMemory preciseVectors)
    {
        Descriptor = descriptor;
        _preciseVectors = preciseVectors;
        _vector = new float[descriptor.Dimensions];
        _collection = NewCollection(recall: null);
    }

    /// <param name="saved">What the shard was when it was saved.</param>
    /// <param name="preciseVectors">Where float32 vectors of later rows lie.</param>
    /// <param name="restore">Makes the collection that was saved, from what is wished for.</param>
    /// <param name="position">The last record in it.</param>
    /// <param name="writes">The newest writes that had ids.</param>
    public ShardState(ShardManifest saved, IVectorMemory preciseVectors, Func<CollectionOptions, VectorCollection> restore, LogPosition position, RecentWrites writes)
    {
        Writes = writes;
        Descriptor = saved.Descriptor;
        LogBegin = saved.LogBegin;
        _preciseVectors = preciseVectors;
        _vector = new float[saved.Descriptor.Dimensions];
        _collection = restore(Options());
        _published = position.Sequence;
        Position = position;
    }

    /// <summary>The newest that was applied.</summary>
    public ShardDescriptor Descriptor { get; private set; }

    /// <summary>Where the log begins, as its newest manifest says; what stands before may be gone.</summary>
    public long LogBegin { get; private set; } = LogGeometry.FirstAddress;

    /// <summary>The newest writes that had ids.</summary>
    public RecentWrites Writes { get; } = new();

    public CollectionView View => Volatile.Read(ref _collection).View;

    public RecallMonitor Recall => Volatile.Read(ref _collection).Recall;

    public bool HasCodes => View.HasCodes;

    /// <summary>Number of the last record that is visible in <see cref="View"/>.</summary>
    public long Sequence => Interlocked.Read(ref _published);

    /// <summary>The last record that was applied. The writer's to read.</summary>
    public LogPosition Position { get; private set; } = LogPosition.Start;

    /// <summary>A new one where rows were numbered anew. The writer's to read.</summary>
    public VectorCollection Collection => _collection;

    /// <summary>How often codes were taken over.</summary>
    public long Trainings => Interlocked.Read(ref _trainings);

    /// <summary>What the published state takes.</summary>
    public MemoryUse Memory => Volatile.Read(ref _collection).Memory;

    /// <summary>Dead rows are so many that they should be dropped.</summary>
    public bool IsDroppingDue => _collection.IsCompactionDue;

    /// <summary>The schema changed since the filter index was derived.</summary>
    public bool NeedsRederiving => !_collection.Schema.Equals(Descriptor.Schema);

    /// <summary>Gets the memory that so many more rows may take, so that <see cref="Apply(long, in RecordHeader, ReadOnlyMemory{byte})"/> cannot fail for want of room on the device.</summary>
    /// <exception cref="IOException">There is none; nothing has changed.</exception>
    public void Reserve(int rows) => _collection.Reserve(rows);

    /// <exception cref="FormatException">A whole record says what no version of this program writes.</exception>
    public void Apply(long address, in RecordHeader header, ReadOnlyMemory<byte> record)
    {
        switch (header.Kind)
        {
            case RecordKind.Operations:
                var offset = RecordHeader.Bytes;
                for (var i = 0; i < header.Operations; i++)
                {
                    var row = RowCodec.Read(record, offset);
                    if (row.Kind == OperationKind.Receipt)
                        Writes.Add(WriteReceipt.Read(row.Receipt), address, header.Sequence);
                    else
                        Apply(address, row);
                    offset += row.Length;
                }

                if (offset != record.Length)
                    throw new FormatException($"{record.Length - offset} bytes behind the last of {header.Operations} operations");
                break;
            case RecordKind.BlobChunk:
                break;
            case RecordKind.Manifest:
                var manifest = ShardManifest.Parse(record.Span[RecordHeader.Bytes..], "manifest record");
                var descriptor = manifest.Descriptor;
                if (descriptor.Dimensions != Descriptor.Dimensions)
                    throw new FormatException($"a manifest of {descriptor.Dimensions} dimensions in a shard of {Descriptor.Dimensions}");
                Descriptor = descriptor;
                LogBegin = manifest.LogBegin;
                _collection.Reconfigure(Options());
                break;
            default:
                throw new FormatException($"unknown kind {header.Kind} of record");
        }

        Position = LogPosition.Of(address, header, record.Span);
    }

    /// <summary>Shows readers all that was applied.</summary>
    public void Publish(long sequence)
    {
        _collection.Publish();
        Interlocked.Exchange(ref _published, sequence);
    }

    /// <summary>
    /// Drops rows that were replaced or deleted, once they are too large a part; readers keep the view they have. While
    /// codes are learnt it waits until they outnumber the living: renumbering the rows makes what is learnt useless.
    /// </summary>
    /// <returns>How many were dropped. Without room for the copy, none: they take memory and are in nobody's way.</returns>
    public long DropDeadRows()
    {
        var dead = _collection.DeadRows;
        if (!_collection.IsCompactionDue || dead < _dropAgainAt || (_isTraining && dead <= _collection.LiveRows))
            return 0;
        try
        {
            var compacted = _collection.Compacted();
            compacted.Publish();
            Volatile.Write(ref _collection, compacted);
        }
        catch (IOException)
        {
            // Copying what lives is dear: not again before there is more to win.
            _dropAgainAt = dead + (dead / 4) + 1;
            return 0;
        }

        _dropAgainAt = 0;
        return dead;
    }

    public IIndexTraining? BeginTraining()
    {
        if (_collection.BeginTraining() is not { } training)
            return null;
        _isTraining = true;
        return new CollectionTraining(_collection, training);
    }

    public bool Adopt(IIndexTraining training)
    {
        _isTraining = false;
        var (collection, learnt) = (CollectionTraining)training;
        if (!ReferenceEquals(collection, _collection) || !_collection.Adopt(learnt))
            return false;
        _collection.Publish();
        Interlocked.Increment(ref _trainings);
        return true;
    }

    /// <summary>Reads full blocks of vectors from other memory that holds the same, if rows still have the numbers they had.</summary>
    public void ReplaceVectors(VectorCollection of, int firstBlock, IReadOnlyList<VectorMemory> same)
    {
        if (!ReferenceEquals(of, _collection))
            return;
        _collection.ReplaceVectors(firstBlock, same);
        _collection.Publish();
    }

    public void GiveUpTraining() => _isTraining = false;

    /// <summary>Derives everything anew from the stored rows, for the schema that now holds; publishes it.</summary>
    public void Rederive(IRecordReader log, CancellationToken cancel)
    {
        var view = View;
        var derived = NewCollection(_collection.Recall);
        foreach (var id in AllIds(view))
        {
            cancel.ThrowIfCancellationRequested();
            if (!view.TryGet(id, out var row))
                continue;
            var packed = view.LocatorOf(row);
            view.CopyVector(row, _vector);
            var locator = Locator.Unpack(packed);
            using var record = log.Read(locator.Address);
            var stored = RowCodec.Read(record.Bytes, locator.Offset);
            if (stored.Id != id)
                throw new ShardCorruptException(log.NameOf(locator.Address), $"at log address {locator.Address}: document '{stored.Id}' stands where '{id}' was written.");
            derived.Upsert(id, _vector, MetadataReader.ReadLenient(stored.Metadata, Descriptor.Schema), packed);
        }

        derived.Publish();
        Volatile.Write(ref _collection, derived);
    }

    private VectorCollection NewCollection(RecallMonitor? recall) =>
        new(Descriptor.Dimensions, Descriptor.Schema, Options() with { Recall = recall });

    private CollectionOptions Options() =>
        new() { Quantization = Descriptor.Quantization, TargetRecall = Descriptor.TargetRecall, PreciseVectors = _preciseVectors };

    private static IEnumerable<string> AllIds(CollectionView view)
    {
        const int page = 10_000;
        string? after = null;
        while (true)
        {
            var ids = view.MatchingIds(filter: null, page, after);
            foreach (var id in ids)
                yield return id;
            if (ids.Count < page)
                yield break;
            after = ids[^1];
        }
    }

    private void Apply(long address, in RowView row)
    {
        if (row.Kind == OperationKind.Delete)
        {
            _collection.Delete(row.Id);
            return;
        }

        var locator = new Locator(address, row.Offset).Pack();
        if (row.IsMoved && _collection.TryLocate(row.Id, out var old))
        {
            // The same version at another place. Where the log begins behind the old place, it is written like any other.
            _collection.TryRelocate(row.Id, old, locator);
            return;
        }

        if (row.Vector.Length != Descriptor.Dimensions * sizeof(float))
            throw new FormatException($"a vector of {row.Vector.Length} bytes in a shard of {Descriptor.Dimensions} dimensions");
        row.Vector.Span.CopyTo(MemoryMarshal.AsBytes(_vector.AsSpan()));
        var values = MetadataReader.ReadLenient(row.Metadata, _collection.Schema);
        _collection.Upsert(row.Id, _vector, values, locator);
    }

    private sealed record CollectionTraining(VectorCollection Collection, IndexTraining Training) : IIndexTraining
    {
        public void Run(int threads, Action breathe, CancellationToken cancel) => Training.Run(threads, breathe, cancel);

        public int CatchUp(CollectionView view, CancellationToken cancel) => Training.CatchUp(view, cancel);
    }
}
