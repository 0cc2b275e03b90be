using ClipOrleans.Clip.Images;

namespace ClipOrleans.Clip.Models;

public enum ModelState
{
    None = 0,

    /// <summary>The manifest is good; the weights are read when first asked for.</summary>
    Known = 1,

    /// <summary>In memory.</summary>
    Loaded = 2,

    /// <summary>The folder has something wrong with it; see <see cref="ModelDescription.Error"/>.</summary>
    Faulty = 3,
}

/// <summary>What can be said of a model without running it. Of a faulty folder only <see cref="Name"/>, <see cref="Folder"/> and <see cref="Error"/> are meaningful.</summary>
public sealed record ModelDescription(
    string Name,
    string Revision,
    int Dimensions,
    int ImageWidth,
    int ImageHeight,
    int ContextLength,
    string Licence,
    string Source,
    bool IsDefault,
    ModelState State,
    string Folder,
    ImageInputSpec? ImageInput,
    string? Error,
    double? LogitScale);
