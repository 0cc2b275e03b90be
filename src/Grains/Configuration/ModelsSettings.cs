using System.ComponentModel.DataAnnotations;

namespace ClipOrleans.Grains.Configuration;

/// <summary>Where models are. Bound from <c>Models:*</c>.</summary>
public sealed class ModelsSettings
{
    public const string Section = "Models";

    /// <summary>A folder whose sub-folders are models, beside those that are shipped. Empty: <c>models</c> under Storage:Path.</summary>
    public string Path { get; set; } = "";

    /// <summary>The model of an index that names none.</summary>
    [Required]
    public string Default { get; set; } = "fashion-clip-mini";
}
