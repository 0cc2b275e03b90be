using System.Collections.Immutable;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Models;

namespace ClipOrleans.Contracts.Grains;

/// <summary>A door to the encoder of one model on some encoder silo. Key: the model's name. Errors: model-not-found, model-unusable, overloaded.</summary>
[Alias("clip.IEncoderGrain")]
public interface IEncoderGrain : IGrainWithStringKey
{
    /// <returns>L2-normalised embeddings, float32 little-endian, one array of 4 × dimensions bytes per text, in order.</returns>
    [Alias("EncodeTexts")]
    Task<Result<ImmutableArray<byte[]>>> EncodeTexts(ImmutableArray<string> texts, CancellationToken cancellation = default);

    /// <param name="images">Prepared images: height × width × 3 bytes of sRGB each, as <see cref="ModelInfo.Image"/> says.</param>
    /// <returns>As <see cref="EncodeTexts"/>, per image.</returns>
    [Alias("EncodeImages")]
    Task<Result<ImmutableArray<byte[]>>> EncodeImages(ImmutableArray<byte[]> images, CancellationToken cancellation = default);
}
