using System.Collections.Immutable;
using ClipOrleans.Contracts.Models;

namespace ClipOrleans.Contracts.Grains;

/// <summary>The models an encoder silo can load. Key: 0.</summary>
[Alias("clip.IModelCatalogGrain")]
public interface IModelCatalogGrain : IGrainWithIntegerKey
{
    /// <summary>All models in name order; folders added since the start are found.</summary>
    [Alias("List")]
    Task<ImmutableArray<ModelInfo>> List();
}
