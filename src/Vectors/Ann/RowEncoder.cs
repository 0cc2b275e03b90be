namespace ClipOrleans.Vectors.Ann;

/// <summary>Codes one row at a time, for the writer alone.</summary>
internal sealed class RowEncoder(ListModel model)
{
    private readonly short[] _components = new short[model.Projection.Stride];

    /// <summary>Writes the short code.</summary>
    /// <returns>The row's list.</returns>
    public int Encode(ReadOnlySpan<float> vector, Span<byte> codes)
    {
        model.Projection.Project(vector, _components);
        var list = model.Lists.Nearest(_components);
        ListModel.Subtract(_components, model.Lists[list]);
        model.ShortCodes.Encode(_components, codes);
        return list;
    }
}
