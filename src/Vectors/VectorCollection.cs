using ClipOrleans.Vectors.Filters;

namespace ClipOrleans.Vectors;

/// <summary>
/// The derived, in-memory part of a shard: rows of normalised vectors, filter index, id index. One writer at a time
/// (the caller's duty), any number of readers, each on an immutable view; neither ever waits for the other.
/// </summary>
public sealed class VectorCollection
{
    public VectorCollection(int dimensions, FieldSchema schema)
    {
        Dimensions = dimensions;
        Schema = schema;
        View = new CollectionView();
    }

    public int Dimensions { get; }

    public FieldSchema Schema { get; }

    public CollectionView View { get; }

    public long DeadRows => throw new NotSupportedException();

    public long LiveRows => throw new NotSupportedException();

    public long BytesInMemory => throw new NotSupportedException();

    public bool Upsert(string id, ReadOnlySpan<float> normalised, FieldValues values, long locator) => throw new NotSupportedException();

    public bool TryRelocate(string id, long oldLocator, long newLocator) => throw new NotSupportedException();

    public bool Delete(string id) => throw new NotSupportedException();

    public void Publish() => throw new NotSupportedException();

    public VectorCollection Compacted() => throw new NotSupportedException();
}
