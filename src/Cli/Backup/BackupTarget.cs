using ClipOrleans.Cli.App;

namespace ClipOrleans.Cli.Backup;

/// <summary>Where a backup goes: a file if its name ends in .tar, a folder otherwise. It appears under its name when it is whole.</summary>
internal sealed class BackupTarget(string path)
{
    private readonly string _path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));

    public bool IsFile => HasArchiveName(_path);

    private string Unfinished => _path + ".partial";

    public static bool HasArchiveName(string path) => path.EndsWith(".tar", StringComparison.OrdinalIgnoreCase);

    /// <exception cref="CliError">There is something of that name.</exception>
    public void ThrowIfTaken()
    {
        if (File.Exists(_path) || Directory.Exists(_path))
            throw new CliError($"There is something at {_path} already", "Choose another name; a backup never replaces one");
    }

    /// <summary>Takes an archive to its last byte, checks it, and gives it its name.</summary>
    public async Task<BackupContents> TakeAsync(Stream archive, CancellationToken stop)
    {
        Remove();
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        try
        {
            var contents = IsFile ? await TakeFileAsync(archive, stop).ConfigureAwait(false) : await BackupReader.ReadArchiveAsync(archive, Unfinished, stop).ConfigureAwait(false);
            if (IsFile)
                File.Move(Unfinished, _path);
            else
                Directory.Move(Unfinished, _path);
            return contents;
        }
        catch
        {
            Remove();
            throw;
        }
    }

    private async Task<BackupContents> TakeFileAsync(Stream archive, CancellationToken stop)
    {
        var file = new FileStream(Unfinished, FileMode.CreateNew, FileAccess.ReadWrite);
        await using (file.ConfigureAwait(false))
        {
            await archive.CopyToAsync(file, stop).ConfigureAwait(false);
            file.Flush(flushToDisk: true);
            file.Position = 0;
            return await BackupReader.ReadArchiveAsync(file, folder: null, stop).ConfigureAwait(false);
        }
    }

    /// <summary>What an earlier run that was cut short has left, too.</summary>
    private void Remove()
    {
        if (Directory.Exists(Unfinished))
            Directory.Delete(Unfinished, recursive: true);
        else if (File.Exists(Unfinished))
            File.Delete(Unfinished);
    }
}
