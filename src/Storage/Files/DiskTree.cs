namespace ClipOrleans.Storage.Files;

/// <summary>Directories with all that is in them.</summary>
internal static class DiskTree
{
    /// <summary>Removes a directory and everything in it; no error if it is not there.</summary>
    public static void Delete(IDisk disk, string directory)
    {
        if (!disk.DirectoryExists(directory))
            return;
        foreach (var inner in disk.Directories(directory))
            Delete(disk, Path.Combine(directory, inner));
        foreach (var (name, _) in disk.List(directory))
            disk.Delete(Path.Combine(directory, name));
        disk.DeleteDirectory(directory);
    }
}
