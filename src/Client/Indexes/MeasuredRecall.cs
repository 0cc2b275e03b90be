namespace ClipOrleans.Client.Indexes;

/// <summary>Recall@10 of searches whose filters match about the same share of the documents.</summary>
public sealed record MeasuredRecall
{
    /// <summary>The share: <c>all</c> for half of the documents and more, otherwise for example <c>1-10%</c>.</summary>
    public string Selectivity { get; init; } = "";

    /// <summary>Share of the true ten best that searches found, 0 to 1.</summary>
    public double Recall { get; init; }

    /// <summary>Lower end of its 95 % interval.</summary>
    public double Low { get; init; }

    /// <summary>Upper end of its 95 % interval.</summary>
    public double High { get; init; }

    /// <summary>Queries that it rests on; older ones count less.</summary>
    public long Queries { get; init; }

    /// <summary>Level of effort at which such searches run; one more about halves what is missed.</summary>
    public double Effort { get; init; }
}
