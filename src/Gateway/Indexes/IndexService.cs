using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Gateway.Auth;
using ClipOrleans.Gateway.Cluster;
using ClipOrleans.Gateway.Embeddings;

namespace ClipOrleans.Gateway.Indexes;

/// <summary>The control plane of indexes: everything here goes through the catalog's grains.</summary>
internal sealed class IndexService(IGrainFactory grains, GrainCalls calls, IndexDirectory directory, ModelDirectory models)
{
    /// <summary>Index grains asked at once for a list: each asks all its shards.</summary>
    private const int ListParallel = 8;

    public async Task<Result<IndexStatus>> CreateAsync(TenantId tenant, IndexWish wish)
    {
        var spec = await ResolveAsync(wish);
        if (!spec.IsSuccess)
            return spec.Error;
        var created = await grains.GetGrain<ITenantGrain>(tenant.Value).CreateIndex(spec.Value);
        if (!created.IsSuccess)
            return created.Error;
        directory.Learn(created.Value);
        return await StatusAsync(tenant, wish.Name);
    }

    public async Task<Result<IndexStatus>> StatusAsync(TenantId tenant, string name) =>
        NameRule.IsValid(name)
            ? await calls.RepeatAsync(() => grains.GetGrain<IIndexGrain>(new IndexKey(tenant, name).ToString()).GetStatus(), CallPatience.OfRead, CancellationToken.None)
            : IndexDirectory.NotFound(name);

    /// <summary>The indexes that are there for a caller.</summary>
    public async Task<IReadOnlyList<IndexStatus>> ListAsync(TenantFeature caller, CancellationToken cancel)
    {
        var tenant = caller.Tenant;
        var all = await calls.RepeatAsync(() => grains.GetGrain<ITenantGrain>(tenant.Value).ListIndexes(), cancel);
        IndexDescription[] indexes = [.. all.Where(index => caller.MaySee(index.Spec.Name))];
        var found = new IndexStatus?[indexes.Length];
        var options = new ParallelOptions { MaxDegreeOfParallelism = ListParallel, CancellationToken = cancel };
        await Parallel.ForAsync(0, indexes.Length, options, async (i, _) =>
        {
            var status = await StatusAsync(tenant, indexes[i].Spec.Name);
            // One that was deleted since the list was made is simply not there any more.
            found[i] = status.IsSuccess ? status.Value : null;
        });
        return [.. found.OfType<IndexStatus>()];
    }

    public async Task<Result<IndexStatus>> UpdateAsync(TenantId tenant, string name, IndexPatch patch)
    {
        if (!NameRule.IsValid(name))
            return IndexDirectory.NotFound(name);
        var changed = await grains.GetGrain<IIndexGrain>(new IndexKey(tenant, name).ToString()).Update(patch);
        if (!changed.IsSuccess)
            return changed.Error;
        directory.Learn(changed.Value);
        return await StatusAsync(tenant, name);
    }

    public async Task<Error?> DeleteAsync(TenantId tenant, string name)
    {
        if (!NameRule.IsValid(name))
            return IndexDirectory.NotFound(name);
        var deleted = await grains.GetGrain<ITenantGrain>(tenant.Value).DeleteIndex(name);
        directory.Forget(tenant, name);
        return deleted.Error;
    }

    private async Task<Result<IndexSpec>> ResolveAsync(IndexWish wish)
    {
        if (wish.Model == IndexSpec.NoModel)
            return Spec(wish, IndexSpec.NoModel, "", wish.Dimensions!.Value);
        var model = wish.Model is null ? await models.DefaultAsync() : await models.FindAsync(wish.Model);
        if (!model.IsSuccess)
            return model.Error with { Fields = [new FieldError("/model", model.Error.Detail)] };
        if (wish.Dimensions is { } dimensions && dimensions != model.Value.Dimensions)
        {
            return Error.At(
                Slugs.DimensionMismatch,
                $"Model '{model.Value.Name}' makes vectors of {model.Value.Dimensions} numbers, not {dimensions}. Leave dimensions out.",
                "/dimensions");
        }

        return Spec(wish, model.Value.Name, model.Value.Revision, model.Value.Dimensions);
    }

    private static IndexSpec Spec(IndexWish wish, string model, string revision, int dimensions) =>
        new(wish.Name, model, revision, dimensions, wish.Fields, wish.Shards, wish.TargetRecall, wish.KeepImages, wish.Quantization,
            wish.Replicas);
}
