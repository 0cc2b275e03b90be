namespace ClipOrleans.Clip.Models;

/// <summary>Puts a model that was checked where the catalog looks for models.</summary>
public static class ModelInstaller
{
    /// <summary>Files besides those that the manifest names: what a person wants to read, and what the manifest was inferred from.</summary>
    private static readonly string[] Companions = ["README.md", "LICENSE", "LICENSE.md", "LICENSE.txt", "config.json", "preprocessor_config.json", "tokenizer_config.json"];

    /// <summary>
    /// Copies the model of <paramref name="manifest"/> from <paramref name="source"/> to <c>{root}/{name}</c>, whole or not at all, and
    /// returns that folder. A model that is already there, or another of that name, is not touched: the first only gets its
    /// <c>model.json</c>, the second is a <see cref="ModelException"/>.
    /// </summary>
    public static string Install(string source, string root, ModelManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ManifestRules.Check(source, manifest);
        var from = Path.GetFullPath(source);
        var to = Path.Combine(Path.GetFullPath(root), manifest.Name);
        if (Path.TrimEndingDirectorySeparator(from) == to)
        {
            ModelManifestFile.Write(to, manifest);
            return to;
        }

        if (Directory.Exists(to))
            throw new ModelException(ModelFault.NameTaken, to, $"{to} is there already: remove it first, or give the new model another 'name' in its {ModelManifestFile.FileName}.");
        Directory.CreateDirectory(root);
        var temporary = Directory.CreateDirectory(Path.Combine(Path.GetFullPath(root), $".{manifest.Name}-{Guid.NewGuid():n}")).FullName;
        try
        {
            foreach (var relative in FilesOf(from, manifest))
            {
                var target = Path.Combine(temporary, relative);
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(Path.Combine(from, relative), target);
            }

            ModelManifestFile.Write(temporary, manifest);
            Directory.Move(temporary, to);
            return to;
        }
        catch
        {
            Directory.Delete(temporary, recursive: true);
            throw;
        }
    }

    private static IEnumerable<string> FilesOf(string folder, ModelManifest manifest)
    {
        var towers = new[] { manifest.Onnx.Text, manifest.Onnx.Image };
        string?[] named = [.. towers.Select(t => t.File), .. towers.Select(t => t.Projection), manifest.Text.Vocabulary, manifest.Text.Merges];
        foreach (var relative in named.OfType<string>().Distinct(StringComparer.Ordinal))
            _ = ModelFile.Existing(folder, relative, "a file of the model");

        // Weights beyond 2 GB lie beside their graph in files that start with its name.
        var weights = from tower in towers
                      let graph = ModelFile.Inside(folder, tower.File)
                      from path in Directory.EnumerateFiles(Path.GetDirectoryName(graph)!, Path.GetFileName(graph) + "?*")
                      select Path.GetRelativePath(folder, path);
        return named.OfType<string>().Concat(weights).Concat(Companions.Where(c => File.Exists(Path.Combine(folder, c)))).Distinct(StringComparer.Ordinal);
    }
}
