namespace ClipOrleans.Client.Indexes;

/// <summary>What an index is created from. Members left null take the server's defaults.</summary>
public sealed record IndexDefinition
{
    /// <summary>Lower-case letters, digits, <c>-</c> and <c>_</c>; 1 to 63 characters, first a letter or digit.</summary>
    public required string Name { get; init; }

    /// <summary>A loaded model's name, or <c>none</c> for vectors of your own (then <see cref="Dimensions"/> is needed).</summary>
    public string? Model { get; init; }

    /// <summary>Length of the vectors; taken from the model unless that is <c>none</c>.</summary>
    public int? Dimensions { get; init; }

    /// <summary>The metadata fields that filters can use.</summary>
    public IReadOnlyList<FieldDefinition>? Fields { get; init; }

    /// <summary>Over how many shards the documents spread. Fixed at creation.</summary>
    public int? Shards { get; init; }

    /// <summary>The least recall@10 that approximate search has to reach, 0 to 1.</summary>
    public double? TargetRecall { get; init; }

    /// <summary>How vectors are coded for approximate search.</summary>
    public Quantization? Quantization { get; init; }

    /// <summary>Which form of the images is kept.</summary>
    public KeepImages? KeepImages { get; init; }
}
