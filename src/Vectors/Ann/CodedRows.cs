using ClipOrleans.Vectors.Rows;

namespace ClipOrleans.Vectors.Ann;

/// <summary>The writer's side of a collection's index: none until enough rows are there, then kept up with every row, and learnt anew when it has doubled.</summary>
internal sealed class CodedRows
{
    /// <summary>Below, scanning the precise vectors costs less than a millisecond, and there is too little to learn from.</summary>
    public const int LeastRows = 4096;

    private readonly int _dimensions;

    public CodedRows(int dimensions, Quantization quantization)
    {
        _dimensions = dimensions;
        Quantization = quantization;
    }

    /// <summary>Wished for; the index follows with its next training.</summary>
    public Quantization Quantization { get; private set; }

    /// <summary>Holds every row of the collection, or is null.</summary>
    public ListIndex? Index { get; private set; }

    public long BytesInMemory => Index?.BytesInMemory ?? 0;

    public long BytesMapped => Index?.BytesMapped ?? 0;

    private bool WithComponents => Quantization is not Quantization.Binary;

    private bool IsOfWishedKind => Index is { } index && index.Model.Components is not null == WithComponents;

    public void Append(ReadOnlySpan<float> vector) => Index?.Append(vector);

    /// <returns>True when the index is gone: readers have to be told.</returns>
    public bool Change(Quantization quantization)
    {
        Quantization = quantization;
        if (quantization is not Quantization.None || Index is null)
            return false;
        Index = null;
        return true;
    }

    /// <summary>Learning is due: there is no index of the wished kind, or as many rows came as it was learnt from.</summary>
    public bool IsDue(long liveRows) =>
        Quantization is not Quantization.None && liveRows >= LeastRows && (!IsOfWishedKind || Index!.AppendedSince >= Index.Model.LearntFrom);

    public IndexTraining Begin(CollectionState state, int seed) => new(this, state, _dimensions, WithComponents, seed);

    /// <returns>False when the training was begun for other rows.</returns>
    public bool Adopt(IndexTraining training, VectorRows rows, int rowCount)
    {
        if (!ReferenceEquals(training.Owner, this) || training.WithComponents != WithComponents || Quantization is Quantization.None)
            return false;
        Index = training.Finish(rows, rowCount);
        return true;
    }

    /// <summary>Takes over an index that was made before; rows that came since are coded.</summary>
    /// <returns>False when it is not of these rows, or none is wished for.</returns>
    public bool TryAdopt(ListIndex opened, VectorRows rows, int rowCount)
    {
        if (Quantization is Quantization.None || opened.Model.Projection.Dimensions != _dimensions || opened.Count > rowCount || !opened.Holds(rows))
            return false;
        opened.AppendAll(rows, rowCount, new Work(1, null, CancellationToken.None));
        rows.KeepAlive();
        Index = opened;
        return true;
    }

    /// <summary>The same for a collection of the rows that stay, under their new numbers.</summary>
    public CodedRows Renumbered(int[] newRows) => new(_dimensions, Quantization)
    {
        Index = Index?.Renumbered(newRows),
    };
}
