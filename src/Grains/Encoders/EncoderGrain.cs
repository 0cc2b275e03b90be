using System.Collections.Immutable;
using System.Runtime.InteropServices;
using ClipOrleans.Clip.Inference;
using ClipOrleans.Clip.Models;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Grains;
using Orleans.Concurrency;

namespace ClipOrleans.Grains.Encoders;

/// <summary>
/// A door to the encoder of one model: the work is done by the threads of <see cref="ClipModel"/>, this only awaits.
/// Reentrant since it has no state: the more calls wait at once, the better the batches.
/// </summary>
[StatelessWorker, Reentrant]
internal sealed class EncoderGrain(ModelCatalog models, GrainInstruments instruments) : Grain, IEncoderGrain
{
    public Task<Result<ImmutableArray<byte[]>>> EncodeTexts(ImmutableArray<string> texts, CancellationToken cancellation) =>
        EncodeAsync("text", texts.Length, model => model.EncodeTextsAsync(texts, cancellation), cancellation);

    public Task<Result<ImmutableArray<byte[]>>> EncodeImages(ImmutableArray<byte[]> images, CancellationToken cancellation) =>
        EncodeAsync("image", images.Length, model => model.EncodeImagesAsync([.. images.Select(image => (ReadOnlyMemory<byte>)image)], cancellation), cancellation);

    private async Task<Result<ImmutableArray<byte[]>>> EncodeAsync(
        string kind, int inputs, Func<ClipModel, Task<float[][]>> encode, CancellationToken cancellation)
    {
        using var activity = GrainInstruments.Activities.StartActivity("encode");
        activity?.SetTag("cliporleans.kind", kind).SetTag("cliporleans.inputs", inputs);
        try
        {
            var model = await models.GetAsync(this.GetPrimaryKeyString(), cancellation);
            var vectors = await encode(model);
            instruments.Encoded(kind, inputs);
            return ImmutableCollectionsMarshal.AsImmutableArray(Array.ConvertAll(vectors, vector => MemoryMarshal.AsBytes<float>(vector).ToArray()));
        }
        catch (EncoderOverloadedException fault)
        {
            instruments.EncodingRefused();
            return Error.RetryLater(Slugs.Overloaded, fault.Message, 1);
        }
        catch (ModelException fault)
        {
            return Error.Of(fault.Fault is ModelFault.NotFound ? Slugs.ModelNotFound : Slugs.ModelUnusable, fault.Message);
        }
    }
}
