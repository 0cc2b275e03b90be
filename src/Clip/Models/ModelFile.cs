namespace ClipOrleans.Clip.Models;

/// <summary>Files of a model folder, by the relative paths of its manifest.</summary>
internal static class ModelFile
{
    /// <summary>The full path of <paramref name="relative"/>, which must lie inside <paramref name="folder"/> and exist. Throws <see cref="ModelException"/>.</summary>
    public static string Existing(string folder, string relative, string what)
    {
        var path = Inside(folder, relative);
        return File.Exists(path)
            ? path
            : throw new ModelException(ModelFault.FileMissing, path, $"{path} ({what}) does not exist.");
    }

    /// <summary>A manifest may not reach out of its own folder.</summary>
    public static string Inside(string folder, string relative)
    {
        var root = Path.GetFullPath(folder);
        var path = Path.GetFullPath(Path.Combine(root, relative));
        return path.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? path
            : throw new ModelException(ModelFault.FileInvalid, folder, $"'{relative}' in the manifest of {folder} points outside the folder: paths are relative and stay inside.");
    }
}
