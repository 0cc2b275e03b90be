using ClipOrleans.Cli.App;

namespace ClipOrleans.Cli.Models;

/// <summary>Copies a model into the folder that a server loads models from. A half copy is never seen under the model's name.</summary>
internal static class ModelFolder
{
    /// <returns>Where the model is now.</returns>
    public static async Task<string> AddAsync(string source, string models, string name, CancellationToken stop)
    {
        if (name.AsSpan().IndexOfAny(Path.GetInvalidFileNameChars()) >= 0 || name.StartsWith('.'))
            throw new CliError($"The model's name \"{name}\" cannot be a folder's", "Change \"name\" in its model.json");
        var target = Path.Combine(models, name);
        if (Directory.Exists(target))
            throw new CliError($"{target} is there already", "Remove that folder first, or give the model another name in its model.json");
        var draft = Path.Combine(models, $".{name}.{Environment.ProcessId}.tmp");
        try
        {
            await CopyAsync(new DirectoryInfo(source), draft, stop).ConfigureAwait(false);
            Directory.Move(draft, target);
        }
        catch
        {
            if (Directory.Exists(draft))
                Directory.Delete(draft, recursive: true);
            throw;
        }
        return target;
    }

    private static async Task CopyAsync(DirectoryInfo source, string target, CancellationToken stop)
    {
        Directory.CreateDirectory(target);
        foreach (var file in source.EnumerateFiles())
        {
            await using var from = file.OpenRead();
            await using var to = File.Create(Path.Combine(target, file.Name));
            await from.CopyToAsync(to, stop).ConfigureAwait(false);
            to.Flush(flushToDisk: true);
        }
        foreach (var folder in source.EnumerateDirectories())
            await CopyAsync(folder, Path.Combine(target, folder.Name), stop).ConfigureAwait(false);
    }
}
