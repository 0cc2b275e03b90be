namespace ClipOrleans.Contracts.Indexes;

/// <summary>By what a shard is searched.</summary>
[GenerateSerializer, Alias("clip.ShardCodes")]
public enum ShardCodes
{
    Invalid = 0,

    /// <summary>There are no codes: searches scan the vectors.</summary>
    Exact = 1,

    /// <summary>The first codes are being learnt; until then searches scan the vectors.</summary>
    Training = 2,

    /// <summary>Searches go by codes.</summary>
    Trained = 3,
}
