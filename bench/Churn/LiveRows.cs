using ClipOrleans.Bench.Vectors;

namespace ClipOrleans.Bench.Churn;

/// <summary>What must be in the index: a vector in each slot and the id it has there. A deleted one's slot goes to a new one.</summary>
internal sealed class LiveRows
{
    private readonly float[] _vectors;
    private readonly int _dimensions;
    private int _nextId;

    public LiveRows(float[] vectors, int dimensions)
    {
        (_vectors, _dimensions) = (vectors, dimensions);
        Ids = [.. Enumerable.Range(0, vectors.Length / dimensions)];
        _nextId = Ids.Length;
    }

    /// <summary>The id in each slot.</summary>
    public int[] Ids { get; }

    public ReadOnlySpan<float> Vector(int slot) => _vectors.AsSpan(slot * _dimensions, _dimensions);

    /// <summary>Puts a new vector into a slot, under an id that was never used.</summary>
    public void Replace(int slot, ReadOnlySpan<float> vector)
    {
        vector.CopyTo(_vectors.AsSpan(slot * _dimensions, _dimensions));
        Ids[slot] = _nextId++;
    }

    /// <summary>For each query the ids of its true ten best.</summary>
    public int[][] Truth(VectorQueries queries)
    {
        var slots = GroundTruth.Find(_vectors, queries.Values, _dimensions);
        var depth = slots.Length / queries.Count;
        return [.. Enumerable.Range(0, queries.Count).Select(query => slots.AsSpan(query * depth, SearchPass.Top).ToArray().Select(slot => Ids[slot]).ToArray())];
    }
}
