using ClipOrleans.Vectors.Ann;
using ClipOrleans.Vectors.Filters;
using ClipOrleans.Vectors.Recall;
using ClipOrleans.Vectors.Rows;
using ClipOrleans.Vectors.Saved;

namespace ClipOrleans.Vectors;

/// <summary>
/// The derived, in-memory part of a shard: rows of normalised vectors, filter index, id index. One writer at a time
/// (the caller's duty), any number of readers, each on an immutable view; neither ever waits for the other.
/// An update is a new row and a tombstone on the old one; <see cref="Compacted"/> gets the memory back.
/// </summary>
public sealed class VectorCollection
{
    private readonly VectorBlocks _vectors;
    private readonly Column<string> _ids = new();
    private readonly Column<long> _locators = new();
    private readonly Tombstones _dead = new();
    private readonly IdTable _idTable = new();
    private readonly IdOrder _idOrder;
    private readonly FilterIndex _filters;
    private readonly CodedRows _coded;
    private CollectionView _view;
    private long _idBytes;
    private bool _isChanged;

    /// <summary>A write is under way, or failed half-way.</summary>
    private bool _isBroken;

    /// <param name="dimensions">Of every vector.</param>
    /// <param name="schema">Fields to index.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="dimensions"/> is not positive.</exception>
    public VectorCollection(int dimensions, FieldSchema schema, CollectionOptions? options = null)
        : this(dimensions, schema, options ??= new CollectionOptions(), new FilterIndex(schema ?? throw new ArgumentNullException(nameof(schema))),
            new CodedRows(dimensions, options.Quantization), options.Recall ?? new RecallMonitor(options.TargetRecall))
    {
    }

    private VectorCollection(
        int dimensions, FieldSchema schema, CollectionOptions options, FilterIndex filters, CodedRows coded, RecallMonitor recall, VectorBlocks? vectors = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimensions);
        Check(options);
        Dimensions = dimensions;
        Schema = schema;
        Options = options;
        _filters = filters;
        _coded = coded;
        Recall = recall;
        _vectors = vectors ?? new VectorBlocks(dimensions, options.PreciseVectors);
        _idOrder = new IdOrder(_ids, _dead);
        _view = new CollectionView(PublishState());
    }

    public int Dimensions { get; }

    public FieldSchema Schema { get; }

    /// <summary>Rows of a full block of vectors: a power of two, at least 64; about a mebibyte.</summary>
    public int VectorBlockRows => 1 << _vectors.Shift;

    /// <summary>What was last asked for; <see cref="Reconfigure"/> says what holds from when.</summary>
    public CollectionOptions Options { get; private set; }

    /// <summary>What is promised, measured, and done for it; shared with the collections that <see cref="Compacted"/> makes of this one.</summary>
    public RecallMonitor Recall { get; }

    /// <summary>The newest published state.</summary>
    public CollectionView View => Volatile.Read(ref _view);

    /// <summary>Rows of deleted and replaced documents that still take memory, as last published.</summary>
    public long DeadRows => View.DeadRows;

    /// <summary>
    /// Dead rows, as last published, cost searches and memory more than <see cref="Compacted"/> would: more than 9 % of the
    /// rows, so that memory stays within a tenth of what the living take; of a large collection, where copying the living
    /// takes seconds, more than 30 %.
    /// </summary>
    public bool IsCompactionDue
    {
        get
        {
            const long leastDead = 1_000;
            const long largeRows = 200_000;
            var (dead, rows) = (DeadRows, DeadRows + LiveRows);
            return dead > Math.Max(leastDead, (rows < largeRows ? 0.09 : 0.3) * rows);
        }
    }

    /// <summary>Documents as last published.</summary>
    public long LiveRows => View.Count;

    /// <summary>
    /// Vectors, ids, locators, id table, id order, postings, runs and tombstones, as allocated when last published.
    /// Older parts that only older views still hold are not in it.
    /// </summary>
    public MemoryUse Memory => View.Memory;

    /// <summary>All of <see cref="Memory"/> that is memory.</summary>
    public long BytesInMemory => Memory.InMemory;

    /// <summary>Vectors and codes that lie in mapped files: not in <see cref="BytesInMemory"/>.</summary>
    public long BytesMapped => Memory.Mapped;

    /// <summary>Gets all the memory outside the heap that so many more rows may take, so that writing them cannot fail for want of it.</summary>
    /// <exception cref="IOException">There is no room; nothing was written.</exception>
    public void Reserve(int rows)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ThrowIfBroken();
        _vectors.Reserve(rows);
    }

    /// <summary>Writes a document; readers see it after <see cref="Publish"/>.</summary>
    /// <param name="id">Not empty.</param>
    /// <param name="normalised">Of length 1 and the collection's dimensions; copied.</param>
    /// <param name="values">Read against a schema equal to this collection's.</param>
    /// <param name="locator">Where storage keeps the document; given back with hits.</param>
    /// <returns>True when the id is new, false when its document was replaced.</returns>
    /// <exception cref="ArgumentException">An argument does not fit; nothing was written.</exception>
    public bool Upsert(string id, ReadOnlySpan<float> normalised, FieldValues values, long locator)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        ArgumentNullException.ThrowIfNull(values);
        CollectionView.CheckUnit(normalised, Dimensions, nameof(normalised));
        if (values.Count > 0 && !values.Schema.Equals(Schema))
            throw new ArgumentException("The field values were read against another schema.", nameof(values));
        ThrowIfBroken();

        var replaced = Find(id);
        _isBroken = true;
        Append(id, normalised, locator);
        _filters.Append(_vectors.Count - 1, values);
        if (replaced >= 0)
            _dead.Add(replaced);
        _isBroken = false;
        return replaced < 0;
    }

    /// <summary>Where storage keeps the document, as of the last write, published or not.</summary>
    /// <returns>False when there is no such document.</returns>
    public bool TryLocate(string id, out long locator)
    {
        ArgumentNullException.ThrowIfNull(id);
        var row = Find(id);
        locator = row < 0 ? 0 : Column<long>.At(_locators.Blocks, row);
        return row >= 0;
    }

    /// <summary>Storage moved the document: changes its locator, if it still is the old one.</summary>
    /// <returns>False when there is no such document, or it was rewritten in the meantime.</returns>
    public bool TryRelocate(string id, long oldLocator, long newLocator)
    {
        ArgumentNullException.ThrowIfNull(id);
        ThrowIfBroken();
        var row = Find(id);
        if (row < 0 || Column<long>.At(_locators.Blocks, row) != oldLocator)
            return false;
        _isChanged = true;
        _locators.Set(row, newLocator);
        return true;
    }

    /// <returns>False when there is no such document.</returns>
    public bool Delete(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        ThrowIfBroken();
        var row = Find(id);
        if (row < 0)
            return false;
        _isChanged = true;
        _dead.Add(row);
        return true;
    }

    /// <summary>
    /// The writer's wish for what comes: the promised recall holds at once, codes with the next training (none at all:
    /// with the next <see cref="Publish"/>), where vectors lie from the next compaction on.
    /// </summary>
    /// <exception cref="ArgumentException">An option is not possible.</exception>
    public void Reconfigure(CollectionOptions options)
    {
        Check(options);
        ThrowIfBroken();
        Recall.TargetRecall = options.TargetRecall;
        Options = options;
        if (_coded.Change(options.Quantization))
            _isChanged = true;
    }

    /// <summary>Makes all writes so far one new view. Costs what changed, and now and then a merge of sorted runs.</summary>
    public void Publish()
    {
        ThrowIfBroken();
        if (!_isChanged)
            return;
        _isBroken = true;
        Volatile.Write(ref _view, new CollectionView(PublishState()));
        _isBroken = false;
    }

    /// <summary>
    /// A new collection with the live rows only, in the same order, published; unpublished writes are in it. The writer's
    /// call like any write; this collection stays as it is.
    /// </summary>
    public VectorCollection Compacted()
    {
        ThrowIfBroken();
        var newRows = new int[_vectors.Count];
        var live = 0;
        for (var row = 0; row < newRows.Length; row++)
            newRows[row] = _dead.Contains(row) ? -1 : live++;

        var compacted = new VectorCollection(Dimensions, Schema, Options, _filters.Renumbered(newRows, _dead), _coded.Renumbered(newRows), Recall);
        var vectors = _vectors.Rows;
        for (var row = 0; row < newRows.Length; row++)
        {
            if (newRows[row] >= 0)
                compacted.AppendRow(Column<string>.At(_ids.Blocks, row), vectors[row], Column<long>.At(_locators.Blocks, row));
        }

        vectors.KeepAlive();
        compacted._idOrder.Adopt(_idOrder, newRows);
        compacted._isChanged = true;
        compacted.Publish();
        return compacted;
    }

    /// <summary>A training, when one is due for the published rows; the writer's call. Cheap.</summary>
    public IndexTraining? BeginTraining() => _coded.IsDue(View.Count) ? _coded.Begin(View.State, Options.Seed) : null;

    /// <summary>Takes over what was trained, with the rows that came since: few, or this takes long. Seen after <see cref="Publish"/>. The writer's call.</summary>
    /// <returns>False when the collection is no longer the one the training was for: it is of no use then.</returns>
    public bool Adopt(IndexTraining training)
    {
        ArgumentNullException.ThrowIfNull(training);
        ThrowIfBroken();
        if (!_coded.Adopt(training, _vectors.Rows, _vectors.Count))
            return false;
        _isChanged = true;
        Recall.CodesChanged();
        return true;
    }

    /// <summary>
    /// Takes over an index that was made of these rows before, and maybe of none of the last ones. The collection is its
    /// only writer from then on. Seen after <see cref="Publish"/>. The writer's call.
    /// </summary>
    /// <returns>False when it is of other rows, or the collection wants none.</returns>
    internal bool TryAdopt(ListIndex opened)
    {
        ArgumentNullException.ThrowIfNull(opened);
        ThrowIfBroken();
        if (!_coded.TryAdopt(opened, _vectors.Rows, _vectors.Count))
            return false;
        _isChanged = true;
        Recall.CodesChanged();
        return true;
    }

    /// <summary>
    /// Reads full blocks of vectors from other memory that holds the same bytes, such as a file they were written to; what
    /// held them is free when no older view reads it. Seen after <see cref="Publish"/>. The writer's call.
    /// </summary>
    /// <param name="firstBlock">Number of the first of them, of <see cref="VectorBlockRows"/> rows each.</param>
    /// <param name="same">One block after the other; full ones.</param>
    public void ReplaceVectors(int firstBlock, IReadOnlyList<VectorMemory> same)
    {
        ArgumentNullException.ThrowIfNull(same);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((firstBlock + (long)same.Count) << _vectors.Shift, _vectors.Count, nameof(same));
        ThrowIfBroken();
        _vectors.Replace(firstBlock, same);
        _isChanged = true;
    }

    /// <summary>A collection of saved rows, published.</summary>
    internal static VectorCollection Restored(FieldSchema schema, CollectionOptions options, SavedRows rows, VectorBlocks vectors, int dimensions, ListIndex? index)
    {
        var recall = options.Recall ?? new RecallMonitor(options.TargetRecall);
        var restored = new VectorCollection(dimensions, schema, options, rows.Filters, new CodedRows(dimensions, options.Quantization), recall, vectors);
        restored._ids.AppendAll(rows.Ids);
        restored._locators.AppendAll(rows.Locators);
        restored._idTable.Restore(rows.Hashes);
        restored._dead.Restore(rows.Dead);
        restored._idOrder.Restore(rows.IdRuns);
        restored._idBytes = rows.Ids.Sum(BytesOf);
        if (index is not null)
            restored.TryAdopt(index);
        restored._isChanged = true;
        restored.Publish();
        return restored;
    }

    /// <summary>Trains, adopts and publishes, when a training is due: all at once, for who has no searches to serve meanwhile.</summary>
    /// <returns>False when none is due.</returns>
    public bool Train(int threads, CancellationToken cancel = default)
    {
        Publish();
        if (BeginTraining() is not { } training)
            return false;
        training.Run(threads, breathe: null, cancel);
        Adopt(training);
        Publish();
        return true;
    }

    private static void Check(CollectionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Quantization is < Quantization.Auto or > Quantization.Binary)
            throw new ArgumentException($"{options.Quantization} is no quantization.", nameof(options));
    }

    private int Find(string id)
    {
        var row = _idTable.Current.FindNewest(id, _ids.Blocks, _vectors.Count);
        return row >= 0 && _dead.Contains(row) ? -1 : row;
    }

    private void Append(string id, ReadOnlySpan<float> vector, long locator)
    {
        _idOrder.Append(_vectors.Count);
        AppendRow(id, vector, locator);
        _coded.Append(vector);
    }

    private void AppendRow(string id, ReadOnlySpan<float> vector, long locator)
    {
        _isChanged = true;
        var row = _vectors.Count;
        _ids.Append(id);
        _locators.Append(locator);
        _idTable.Append(id, row);
        _vectors.Append(vector);
        _idBytes += BytesOf(id);
    }

    private static long BytesOf(string id)
    {
        // The object header and the length of a string, and its terminator.
        const int stringBytes = 22;
        return stringBytes + (id.Length * (long)sizeof(char));
    }

    private CollectionState PublishState()
    {
        _isChanged = false;
        var idRuns = _idOrder.Flush();
        var filters = _filters.Publish(_dead);
        return new CollectionState(
            Dimensions,
            _vectors.Count,
            _vectors.Count - _dead.Count,
            MeasureMemory(),
            _vectors.Rows,
            _ids.Publish(),
            _locators.Publish(),
            _dead.Publish(),
            _idTable.Current,
            idRuns,
            filters,
            _coded.Index,
            _coded.Index?.PublishSizes(),
            Recall);
    }

    private MemoryUse MeasureMemory() => new(
        _vectors.HeapBytesUsed,
        _coded.BytesInMemory,
        _vectors.ListBytes + _ids.Bytes(IntPtr.Size) + _idBytes + _locators.Bytes(sizeof(long))
        + _idTable.Bytes + _idOrder.Bytes + _dead.Bytes + _filters.Bytes,
        _vectors.MappedBytes + _coded.BytesMapped);

    /// <summary>A write that ran out of memory half-way left the parts in disagreement: what follows would be wrong answers.</summary>
    private void ThrowIfBroken()
    {
        if (_isBroken)
            throw new InvalidOperationException("A write failed half-way: this collection has to be built anew from its source.");
    }
}
