using System.Collections.Immutable;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Contracts.Models;
using ClipOrleans.Gateway.Cluster;
using ClipOrleans.Gateway.Indexes;
using ClipOrleans.Gateway.Json;

namespace ClipOrleans.Gateway.Embeddings;

/// <summary>The models of the encoders. The list is read again when it is old or lacks the name that is asked for.</summary>
internal sealed class ModelDirectory(IGrainFactory grains, GrainCalls calls, TimeProvider clock)
{
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(30);

    private Snapshot _known = new([], 0);

    /// <summary>All models as they are now, the unusable ones too.</summary>
    public async Task<ImmutableArray<ModelInfo>> ListAsync()
    {
        var models = await calls.RepeatAsync(() => grains.GetGrain<IModelCatalogGrain>(0).List());
        Volatile.Write(ref _known, new Snapshot(models, clock.GetTimestamp()));
        return models;
    }

    /// <returns>The model, or model-not-found, or model-unusable.</returns>
    public async ValueTask<Result<ModelInfo>> FindAsync(string name)
    {
        var known = Volatile.Read(ref _known);
        var isFresh = known.ReadAt != 0 && clock.GetElapsedTime(known.ReadAt) < FreshFor;
        var model = (isFresh ? Of(known.Models, name) : null) ?? Of(await ListAsync(), name);
        return model is not null
            ? Usable(model)
            : Error.Of(Slugs.ModelNotFound, $"There is no model '{Pointer.Quote(name)}'. GET /v1/models lists those that are.");
    }

    /// <returns>The default model, or model-required when there is none.</returns>
    public async Task<Result<ModelInfo>> DefaultAsync() =>
        (await ListAsync()).FirstOrDefault(model => model.IsDefault) is { } model
            ? Usable(model)
            : Error.Of(Slugs.ModelRequired, "No default model is loaded: name a model, or 'none' with dimensions for vectors of your own.");

    /// <summary>The model of an index, if it is still the one that the index was made with: vectors of two revisions never meet.</summary>
    /// <returns>The model, or model-required, model-not-found or model-unusable.</returns>
    public async ValueTask<Result<EncoderModel>> OfIndexAsync(OpenIndex index)
    {
        if (!index.HasModel)
            return Error.Of(Slugs.ModelRequired, $"Index '{index.Name}' has the model 'none': it takes vectors, and nothing that has to be embedded.");
        var model = await FindAsync(index.Spec.Model);
        if (!model.IsSuccess)
            return model.Error;
        if (model.Value.Revision != index.Spec.ModelRevision || model.Value.Dimensions != index.Dimensions)
        {
            return Error.Of(
                Slugs.ModelUnusable,
                $"Index '{index.Name}' was made with revision {index.Spec.ModelRevision} of model '{index.Spec.Model}', but revision {model.Value.Revision} is loaded. Their vectors can't be compared.");
        }

        return EncoderModel.Of(model.Value);
    }

    private static ModelInfo? Of(ImmutableArray<ModelInfo> models, string name) =>
        models.FirstOrDefault(model => string.Equals(model.Name, name, StringComparison.Ordinal));

    private static Result<ModelInfo> Usable(ModelInfo model) =>
        model.Problem is null ? model : Error.Of(Slugs.ModelUnusable, $"Model '{model.Name}' can't be used: {model.Problem}");

    private sealed record Snapshot(ImmutableArray<ModelInfo> Models, long ReadAt);
}
