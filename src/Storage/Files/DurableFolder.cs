namespace ClipOrleans.Storage.Files;

/// <summary>Folders of this machine as a whole.</summary>
public static class DurableFolder
{
    /// <summary>Removes a folder with all that is in it, durably; no error if it is not there.</summary>
    public static void Delete(string path) => DiskTree.Delete(LocalDisk.Instance, Path.GetFullPath(path));
}
