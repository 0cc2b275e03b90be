namespace ClipOrleans.Vectors.Ann;

/// <summary>What a search writes on, kept by its thread for the next one. Not for two searches at once.</summary>
internal sealed class ListScratch
{
    [ThreadStatic]
    private static ListScratch? _current;

    /// <summary>The thread's own.</summary>
    public static ListScratch Current => _current ??= new ListScratch();

    public CandidateBuffer Candidates { get; } = new();

    public CandidateBuffer Finalists { get; } = new();

    public ProbeOrder Order { get; } = new();

    public float[] Weights { get; private set; } = [];

    public short[] Components { get; private set; } = [];

    public float[] TableScores { get; private set; } = [];

    public byte[] Table { get; private set; } = [];

    /// <summary>Rows of each list that match the filter.</summary>
    public float[] Competing { get; private set; } = [];

    public float[] LongWeights { get; private set; } = [];

    public short[] LongComponents { get; private set; } = [];

    private int[] _matches = [];

    /// <summary>Room for the numbers of so many rows.</summary>
    public Span<int> MatchRows(int count)
    {
        _matches = Grown(_matches, count);
        return _matches;
    }

    public void Fit(ListModel model)
    {
        Weights = Grown(Weights, model.Projection.AxisCount);
        Components = Grown(Components, model.Projection.Stride);
        TableScores = Grown(TableScores, model.ShortCodes.BlockBytes);
        Competing = Grown(Competing, model.Lists.Count);
        Table = Grown(Table, model.ShortCodes.BlockBytes);
        LongWeights = Grown(LongWeights, model.Components?.Dimensions ?? 0);
        LongComponents = Grown(LongComponents, model.Components?.Bytes ?? 0);
        Order.Fit(model.Lists.Count);
    }

    public static T[] Grown<T>(T[] array, int length) => array.Length >= length ? array : new T[length];
}
