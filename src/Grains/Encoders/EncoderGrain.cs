using System.Collections.Immutable;
using System.Runtime.InteropServices;
using ClipOrleans.Clip.Inference;
using ClipOrleans.Clip.Models;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Contracts.Tenants;
using ClipOrleans.Grains.Placement;
using Orleans.Concurrency;
using Orleans.Placement;

namespace ClipOrleans.Grains.Encoders;

/// <summary>
/// A door to the models of this silo: the work is done by the threads of <see cref="ClipModel"/>, whose queue says how much
/// it takes; this only awaits. Reentrant since it has no state: the more calls wait at once, the better the batches.
/// </summary>
[Immovable, SiloPlacement, Reentrant]
internal sealed class EncoderGrain(ModelCatalog models, GrainInstruments instruments) : Grain, IEncoderGrain
{
    public Task<Result<ImmutableArray<byte[]>>> EncodeTexts(string model, ImmutableArray<string> texts, CancellationToken cancellation) =>
        EncodeAsync("text", model, texts.Length, loaded => loaded.EncodeTextsAsync(texts, CallingTenant.Get(), cancellation), cancellation);

    public Task<Result<ImmutableArray<byte[]>>> EncodeImages(string model, ImmutableArray<byte[]> images, CancellationToken cancellation) =>
        EncodeAsync("image", model, images.Length, loaded => loaded.EncodeImagesAsync([.. images.Select(image => (ReadOnlyMemory<byte>)image)], CallingTenant.Get(), cancellation), cancellation);

    private async Task<Result<ImmutableArray<byte[]>>> EncodeAsync(
        string kind, string name, int inputs, Func<ClipModel, Task<float[][]>> encode, CancellationToken cancellation)
    {
        using var activity = GrainInstruments.Activities.StartActivity("encode");
        activity?.SetTag("cliporleans.kind", kind).SetTag("cliporleans.inputs", inputs);
        try
        {
            var model = await models.GetAsync(name, cancellation);
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
