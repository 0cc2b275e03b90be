namespace ClipOrleans.Bench.Vectors;

/// <summary>Some queries of a data set, one after another in one array.</summary>
internal readonly record struct VectorQueries(float[] Values, int Dimensions, int First, int Count)
{
    public ReadOnlySpan<float> this[int query] => Values.AsSpan((First + query) * Dimensions, Dimensions);
}
