using ClipOrleans.Clip.Images;
using ClipOrleans.Contracts.Models;

namespace ClipOrleans.Gateway.Embeddings;

/// <summary>A usable model, as far as the gateway needs it.</summary>
internal sealed record EncoderModel(string Name, string Revision, int Dimensions, ImageInputSpec Image)
{
    /// <exception cref="InvalidDataException">The encoders name a resampling filter that is not known here.</exception>
    public static EncoderModel Of(ModelInfo info) => new(info.Name, info.Revision, info.Dimensions, new ImageInputSpec(
        info.Image.Width,
        info.Image.Height,
        info.Image.ResizeShortestEdge is null ? ResizeRule.Exact : ResizeRule.ShortestEdge,
        info.Image.ResizeShortestEdge ?? 0,
        info.Image.Resample switch
        {
            "nearest" => ResampleFilter.Nearest,
            "box" => ResampleFilter.Box,
            "bilinear" => ResampleFilter.Bilinear,
            "hamming" => ResampleFilter.Hamming,
            "bicubic" => ResampleFilter.Bicubic,
            "lanczos" => ResampleFilter.Lanczos,
            _ => throw new InvalidDataException($"Model '{info.Name}' wants the unknown resampling filter '{info.Image.Resample}'."),
        }));
}
