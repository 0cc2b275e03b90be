using System.Text.RegularExpressions;
using ClipOrleans.Clip.Images;

namespace ClipOrleans.Clip.Models;

/// <summary>What any manifest must satisfy, whoever wrote it. All that is wrong is said at once.</summary>
internal static partial class ManifestRules
{
    /// <summary>Larger than any CLIP embedding; a bound so that a slip of the pen doesn't ask for gigabytes.</summary>
    private const int MaxDimensions = 8192;

    private const int MaxSide = 2048;

    private const int MaxContext = 4096;

    public static void Check(string folder, ModelManifest manifest)
    {
        var wrong = new List<string>();
        if (!NamePattern().IsMatch(manifest.Name))
            wrong.Add($"name '{manifest.Name}' is not of the form [a-z0-9][a-z0-9._-]{{0,62}}");
        if (manifest.Revision.Length is 0 or > 64)
            wrong.Add("revision is 1 to 64 characters");
        if (manifest.Dimensions is < 1 or > MaxDimensions)
            wrong.Add($"dimensions is {manifest.Dimensions}, not 1 to {MaxDimensions}");
        if (manifest.LogitScale is { } scale && !(scale > 0 && double.IsFinite(scale)))
            wrong.Add($"logitScale is {scale}, not above 0");
        CheckImage(manifest.Image, wrong);
        CheckText(manifest.Text, wrong);
        CheckTower("onnx.text", manifest.Onnx.Text, Pooling.EndToken, wrong);
        CheckTower("onnx.image", manifest.Onnx.Image, Pooling.FirstToken, wrong);
        if (wrong.Count > 0)
            throw new ModelException(ModelFault.FileInvalid, folder, $"The manifest of {folder} is wrong: {string.Join("; ", wrong)}.");
    }

    private static void CheckImage(ImageSection image, List<string> wrong)
    {
        var input = image.Input;
        if (input.Width is < 1 or > MaxSide || input.Height is < 1 or > MaxSide)
            wrong.Add($"image.input is {input.Width} × {input.Height}, not 1 to {MaxSide} a side");
        if (input.Filter == ResampleFilter.None)
            wrong.Add("image.input.filter is missing");
        if (input.Rule == ResizeRule.None)
            wrong.Add("image.input.rule is missing");
        if (input.Rule == ResizeRule.ShortestEdge && (input.ShortestEdge < Math.Max(input.Width, input.Height) || input.ShortestEdge > MaxSide))
            wrong.Add($"image.input.shortestEdge is {input.ShortestEdge}, not between the crop's longer side and {MaxSide}");
        if (image.Mean.Count != 3 || image.Mean.Any(m => !float.IsFinite(m)))
            wrong.Add("image.mean is three numbers");
        if (image.Std.Count != 3 || image.Std.Any(s => !(s > 0) || !float.IsFinite(s)))
            wrong.Add("image.std is three numbers above 0");
    }

    private static void CheckText(TextSection text, List<string> wrong)
    {
        if (text.ContextLength is < 3 or > MaxContext)
            wrong.Add($"text.contextLength is {text.ContextLength}, not 3 to {MaxContext}");
        if (text.StartToken.Length == 0 || text.EndToken.Length == 0 || text.PadToken.Length == 0)
            wrong.Add("text.startToken, endToken and padToken are not empty");
        if (text.StartToken == text.EndToken)
            wrong.Add("text.startToken and endToken differ");
    }

    private static void CheckTower(string name, TowerSection tower, Pooling own, List<string> wrong)
    {
        if (tower.File.Length == 0 || tower.Input.Length == 0 || tower.Output.Length == 0)
            wrong.Add($"{name}.file, input and output are not empty");
        if (tower.Pooling is not (Pooling.Pooled or Pooling.Mean) && tower.Pooling != own)
            wrong.Add($"{name}.pooling is {tower.Pooling}: pooled, mean or {own} are possible there");
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9._-]{0,62}$", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();
}
