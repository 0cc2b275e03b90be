using ClipOrleans.Clip.Images;

namespace ClipOrleans.Clip.Models;

/// <summary>The image section of a manifest from <c>preprocessor_config.json</c>.</summary>
internal static class PreprocessorInference
{
    public static ImageSection Infer(ConfigFile file)
    {
        if (file.Flag("do_resize") == false)
            throw Wrong(file, ModelFault.Unsupported, "do_resize is false: images of any size can't share a batch");
        if (file.Flag("do_rescale") == false || (file.Real("rescale_factor") is { } factor && Math.Abs((factor * 255) - 1) > 1e-6))
            throw Wrong(file, ModelFault.Unsupported, "bytes are not rescaled by 1/255");
        var normalised = file.Flag("do_normalize") != false;
        return new ImageSection
        {
            Input = InferInput(file),
            Mean = normalised ? file.Reals("image_mean") ?? throw Wrong(file, ModelFault.FileInvalid, "image_mean is missing") : [0, 0, 0],
            Std = normalised ? file.Reals("image_std") ?? throw Wrong(file, ModelFault.FileInvalid, "image_std is missing") : [1, 1, 1],
        };
    }

    private static ImageInputSpec InferInput(ConfigFile file)
    {
        var filter = FilterOf(file);
        var crop = file.Flag("do_center_crop");
        var cropWidth = file.Number("crop_size", "width") ?? file.Number("crop_size");
        var cropHeight = file.Number("crop_size", "height") ?? file.Number("crop_size");
        var square = file.Number("size");
        var edge = file.Number("size", "shortest_edge") ?? (crop == true ? square : null);
        if (edge is { } shortest)
        {
            if (crop == false || cropWidth is null || cropHeight is null)
                throw Wrong(file, ModelFault.Unsupported, "size.shortest_edge without do_center_crop and crop_size: images of different proportions can't share a batch");
            return new ImageInputSpec(cropWidth.Value, cropHeight.Value, ResizeRule.ShortestEdge, shortest, filter);
        }

        var width = file.Number("size", "width") ?? square;
        var height = file.Number("size", "height") ?? square;
        if (width is null || height is null)
            throw Wrong(file, ModelFault.FileInvalid, "size is neither a number, nor {shortest_edge}, nor {height, width}");
        if (crop == true && (cropWidth ?? width, cropHeight ?? height) != (width, height))
            throw Wrong(file, ModelFault.Unsupported, "crop_size differs from size.height and size.width");
        return new ImageInputSpec(width.Value, height.Value, ResizeRule.Exact, 0, filter);
    }

    /// <summary>The codes of Pillow's filters.</summary>
    private static ResampleFilter FilterOf(ConfigFile file) => (file.Number("resample") ?? 3) switch
    {
        0 => ResampleFilter.Nearest,
        1 => ResampleFilter.Lanczos,
        2 => ResampleFilter.Bilinear,
        3 => ResampleFilter.Bicubic,
        4 => ResampleFilter.Box,
        5 => ResampleFilter.Hamming,
        var code => throw Wrong(file, ModelFault.FileInvalid, $"resample is {code}, not one of Pillow's codes 0 to 5"),
    };

    private static ModelException Wrong(ConfigFile file, ModelFault fault, string what) =>
        new(fault, file.Path, $"{file.Path}: {what}. Write a {ModelManifestFile.FileName} if that is what the model wants.");
}
