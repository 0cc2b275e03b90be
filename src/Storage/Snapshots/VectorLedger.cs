using ClipOrleans.Vectors;

namespace ClipOrleans.Storage.Snapshots;

/// <summary>
/// Which vectors of a collection are in files already, and which files those are. Rows keep their numbers as long as the
/// collection lives, so its files only grow; one that was compacted begins with none.
/// </summary>
/// <param name="collection">Whose rows they are.</param>
internal sealed class VectorLedger(VectorCollection collection)
{
    /// <summary>Each opening of a shard begins a file of its own; with so many it is better to write one.</summary>
    public const int MostParts = 16;

    private readonly List<VectorPart> _parts = [];
    private readonly List<ulong> _hashes = [];

    public VectorCollection Collection => collection;

    /// <summary>The last file is this engine's own, and grows.</summary>
    public bool OwnsLast { get; private set; }

    /// <summary>Bytes of the last file that count.</summary>
    public long LastPartBytes => (Rows - (_parts[^1].FirstBlock * (long)collection.VectorBlockRows)) * collection.Dimensions * sizeof(float);

    /// <summary>Rows that are in the files.</summary>
    public int Rows { get; private set; }

    /// <summary>Of full blocks; the last, short one is summed up anew each time.</summary>
    public IReadOnlyList<ulong> Hashes => _hashes;

    public IReadOnlyList<VectorPart> Parts => _parts;

    /// <summary>The ledger of a shard that was opened from a snapshot: what an earlier engine wrote is never written to.</summary>
    public static VectorLedger Of(VectorCollection collection, SnapshotFile opened)
    {
        var ledger = new VectorLedger(collection);
        var full = opened.RowCount / opened.BlockRows;
        foreach (var part in opened.Parts)
        {
            var blocks = Math.Min(part.Blocks, full - part.FirstBlock);
            if (blocks > 0)
                ledger._parts.Add(part with { Blocks = blocks });
        }

        ledger._hashes.AddRange(opened.BlockHashes.Take(full));
        ledger.Rows = full * opened.BlockRows;
        return ledger;
    }

    /// <summary>As it is now, whatever becomes of this one.</summary>
    public VectorLedger Copy()
    {
        var copy = new VectorLedger(collection) { Rows = Rows, OwnsLast = OwnsLast };
        copy._parts.AddRange(_parts);
        copy._hashes.AddRange(_hashes);
        return copy;
    }

    /// <summary>The file that the next rows go to.</summary>
    /// <param name="begin">Makes a file that begins with a block.</param>
    public VectorPart Open(int blockRows, Func<int, VectorPart> begin)
    {
        if (!OwnsLast)
            _parts.Add(begin(Rows / blockRows));
        OwnsLast = true;
        return _parts[^1];
    }

    /// <summary>The rows up to here are in the files, durably.</summary>
    /// <param name="rows">Up to here.</param>
    /// <param name="blockRows">Rows of a block.</param>
    /// <param name="newFull">Hashes of the blocks that became full.</param>
    public void Written(int rows, int blockRows, IReadOnlyList<ulong> newFull)
    {
        Rows = rows;
        _hashes.AddRange(newFull);
        _parts[^1] = _parts[^1] with { Blocks = ((rows + blockRows - 1) / blockRows) - _parts[^1].FirstBlock };
    }
}
