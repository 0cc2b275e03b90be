namespace ClipOrleans.Client.Indexes;

/// <summary>A change of an index. Members left null stay as they are.</summary>
public sealed record IndexPatch
{
    /// <summary>Fields to add; the server fills them from the metadata it has stored.</summary>
    public IReadOnlyList<FieldDefinition>? Fields { get; init; }

    /// <summary>The least recall@10 that approximate search has to reach, 0 to 1.</summary>
    public double? TargetRecall { get; init; }

    /// <summary>How vectors are coded for approximate search; coding anew goes on in the background.</summary>
    public Quantization? Quantization { get; init; }

    /// <summary>Which form of the images is kept from now on.</summary>
    public KeepImages? KeepImages { get; init; }
}
