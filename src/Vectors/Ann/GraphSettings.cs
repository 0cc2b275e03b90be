namespace ClipOrleans.Vectors.Ann;

/// <summary>What shapes the graph. The numbers are what the comparison in docs/decisions/0010-ann-index.md left.</summary>
internal sealed record GraphSettings
{
    /// <summary>Bytes of a code, a multiple of 64.</summary>
    public int CodeBytes { get; init; } = 128;

    /// <summary>Neighbours of a vertex at most.</summary>
    public int Degree { get; init; } = 47;

    /// <summary>Neighbours chosen for a new vertex, or when a full list is chosen anew: the room above lets not each new one cost a choice.</summary>
    public int DegreeAfterChoice { get; init; } = 40;

    /// <summary>Rows that the search for a new vertex's neighbours keeps.</summary>
    public int BuildEffort { get; init; } = 128;

    /// <summary>See <see cref="NeighbourChoice"/>.</summary>
    public float Slack { get; init; } = 1.1f;

    /// <exception cref="ArgumentOutOfRangeException">The numbers do not fit each other.</exception>
    public void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Degree, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(DegreeAfterChoice, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(DegreeAfterChoice, Degree);
        ArgumentOutOfRangeException.ThrowIfLessThan(BuildEffort, DegreeAfterChoice);
        if (!(Slack >= 1))
            throw new ArgumentOutOfRangeException(nameof(Slack), Slack, "The slack is 1 or more.");
    }
}
