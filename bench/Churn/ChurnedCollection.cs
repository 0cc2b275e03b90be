using System.Globalization;
using ClipOrleans.Vectors;
using ClipOrleans.Vectors.Filters;

namespace ClipOrleans.Bench.Churn;

/// <summary>
/// A collection and the care that the shard engine takes of it after each batch: rows that are dead are dropped once they
/// outnumber a share of the living, and what is due is trained. In one thread, so that a run can be repeated; the engine
/// trains beside the writer.
/// </summary>
internal sealed class ChurnedCollection(VectorCollection collection, int threads)
{
    public VectorCollection Current { get; private set; } = collection;

    public int Compactions { get; private set; }

    public int Trainings { get; private set; }

    public void Delete(int id) => Current.Delete(id.ToString(CultureInfo.InvariantCulture));

    public void Upsert(int id, ReadOnlySpan<float> vector) => Current.Upsert(id.ToString(CultureInfo.InvariantCulture), vector, FieldValues.Empty, id);

    /// <summary>The end of a batch.</summary>
    public void Publish()
    {
        Current.Publish();
        if (Current.IsCompactionDue)
            Compact();

        if (Current.Train(threads))
            Trainings++;
    }

    /// <summary>Drops all dead rows.</summary>
    public void Compact()
    {
        Current = Current.Compacted();
        Compactions++;
    }
}
