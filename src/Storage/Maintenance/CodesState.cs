namespace ClipOrleans.Storage.Maintenance;

/// <summary>By what a shard is searched. Zero is invalid.</summary>
public enum CodesState
{
    Invalid = 0,

    /// <summary>There are no codes: searches scan the vectors.</summary>
    Exact = 1,

    /// <summary>The first codes are being learnt; until they are there searches scan the vectors.</summary>
    Training = 2,

    /// <summary>Searches go by codes.</summary>
    Trained = 3,
}
