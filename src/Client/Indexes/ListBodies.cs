using ClipOrleans.Client.Models;

namespace ClipOrleans.Client.Indexes;

/// <summary>The JSON objects around lists.</summary>
internal sealed record IndexListBody(IReadOnlyList<IndexDescription> Indexes);

internal sealed record ModelListBody(IReadOnlyList<ModelDescription> Models);
