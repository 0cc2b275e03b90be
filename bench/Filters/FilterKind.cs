namespace ClipOrleans.Bench.Filters;

/// <summary>What a filter has to do with the query.</summary>
internal enum FilterKind
{
    None = 0,

    /// <summary>Nothing: a window of the shuffle.</summary>
    Random = 1,

    /// <summary>It picks the query's neighbourhood.</summary>
    Correlated = 2,

    /// <summary>It picks what is farthest from the query.</summary>
    AntiCorrelated = 3,
}
