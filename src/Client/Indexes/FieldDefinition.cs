namespace ClipOrleans.Client.Indexes;

/// <summary>A metadata field that filters, facets and groups can use.</summary>
/// <param name="Name">The member of <c>metadata</c>.</param>
/// <param name="Type">What it holds.</param>
public sealed record FieldDefinition(string Name, FieldType Type);
