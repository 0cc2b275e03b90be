using System.Collections.Immutable;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Models;

namespace ClipOrleans.Contracts.Grains;

/// <summary>
/// The models of one encoder silo. Key: the address of the silo, where it always is; <see cref="ISiloGrain.GetMembers"/>
/// lists them. Who calls chooses the silo, since he knows how much he has sent to each. Errors: model-not-found, model-unusable, overloaded.
/// </summary>
[Alias("clip.IEncoderGrain")]
public interface IEncoderGrain : IGrainWithStringKey
{
    /// <param name="model">The model's name.</param>
    /// <param name="texts">The texts.</param>
    /// <param name="cancellation">Nobody waits any more.</param>
    /// <returns>L2-normalised embeddings, float32 little-endian, one array of 4 × dimensions bytes per text, in order.</returns>
    [Alias("EncodeTextsBy")]
    Task<Result<ImmutableArray<byte[]>>> EncodeTexts(string model, ImmutableArray<string> texts, CancellationToken cancellation = default);

    /// <param name="model">The model's name.</param>
    /// <param name="images">Prepared images: height × width × 3 bytes of sRGB each, as <see cref="ModelInfo.Image"/> says.</param>
    /// <param name="cancellation">Nobody waits any more.</param>
    /// <returns>As <see cref="EncodeTexts"/>, per image.</returns>
    [Alias("EncodeImagesBy")]
    Task<Result<ImmutableArray<byte[]>>> EncodeImages(string model, ImmutableArray<byte[]> images, CancellationToken cancellation = default);
}
