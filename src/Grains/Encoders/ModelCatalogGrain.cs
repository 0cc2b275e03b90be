using System.Collections.Immutable;
using ClipOrleans.Clip.Images;
using ClipOrleans.Clip.Models;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Contracts.Models;
using Orleans.Concurrency;

namespace ClipOrleans.Grains.Encoders;

/// <summary>What the model folders of an encoder silo hold. Any one may answer: all silos see the same folders.</summary>
[StatelessWorker]
internal sealed class ModelCatalogGrain(ModelCatalog models) : Grain, IModelCatalogGrain
{
    private static readonly ImageInput s_noInput = new(0, 0, null, "", false);

    public async Task<ImmutableArray<ModelInfo>> List()
    {
        await Task.Run(models.Rescan);
        return [.. models.Describe().Select(ToInfo)];
    }

    private static ModelInfo ToInfo(ModelDescription model) => new(
        model.Name,
        model.Revision,
        model.Dimensions,
        model.ContextLength,
        model.ImageInput is { } input ? ToInput(input) : s_noInput,
        model.LogitScale,
        model.Licence,
        model.Source,
        model.IsDefault,
        model.Error);

    private static ImageInput ToInput(ImageInputSpec input) => new(
        input.Width,
        input.Height,
        input.Rule is ResizeRule.ShortestEdge ? input.ShortestEdge : null,
        input.Filter switch
        {
            ResampleFilter.Nearest => "nearest",
            ResampleFilter.Box => "box",
            ResampleFilter.Bilinear => "bilinear",
            ResampleFilter.Hamming => "hamming",
            ResampleFilter.Bicubic => "bicubic",
            ResampleFilter.Lanczos => "lanczos",
            _ => throw new InvalidOperationException($"The filter {input.Filter} has no name."),
        },
        CenterCrop: input.Rule is ResizeRule.ShortestEdge);
}
