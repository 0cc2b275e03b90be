namespace ClipOrleans.Contracts.Models;

/// <summary>A model as the encoders know it.</summary>
/// <param name="LogitScale">What cosines are multiplied by before a softmax, or null where it isn't known.</param>
/// <param name="Problem">Why the model can't be used, or null.</param>
[GenerateSerializer, Immutable, Alias("clip.ModelInfo")]
public sealed record ModelInfo(
    [property: Id(0)] string Name,
    [property: Id(1)] string Revision,
    [property: Id(2)] int Dimensions,
    [property: Id(3)] int ContextLength,
    [property: Id(4)] ImageInput Image,
    [property: Id(5)] double? LogitScale,
    [property: Id(6)] string? Licence,
    [property: Id(7)] string? Source,
    [property: Id(8)] bool IsDefault,
    [property: Id(9)] string? Problem);

/// <summary>How the gateway must prepare an image for a model: the result is <c>Height × Width × 3</c> bytes of sRGB.</summary>
/// <param name="ResizeShortestEdge">Pixels of the shorter side after resizing; null stretches to width × height.</param>
/// <param name="Resample">The filter by its usual name: nearest, bilinear, bicubic, lanczos, box, hamming.</param>
[GenerateSerializer, Immutable, Alias("clip.ImageInput")]
public sealed record ImageInput(
    [property: Id(0)] int Width,
    [property: Id(1)] int Height,
    [property: Id(2)] int? ResizeShortestEdge,
    [property: Id(3)] string Resample,
    [property: Id(4)] bool CenterCrop);
