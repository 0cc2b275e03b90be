namespace ClipOrleans.Storage.Files;

/// <summary>Replaces a small file so that after any crash it holds either its old bytes or its new ones, whole.</summary>
public static class DurableFile
{
    /// <summary>What a file that is not finished is called; after a crash such a file is rubbish.</summary>
    internal const string TemporarySuffix = ".tmp";

    /// <summary>Replaces a file of this machine; creates its directory, durably, if that is missing.</summary>
    /// <exception cref="IOException">The device refused; the file is the old one or the new one.</exception>
    public static void Replace(string path, ReadOnlySpan<byte> bytes)
    {
        LocalDisk.Instance.CreateDirectory(Path.GetDirectoryName(path)!);
        Replace(LocalDisk.Instance, path, bytes);
    }

    /// <summary>Removes a file of this machine, durably; no error if it is not there.</summary>
    public static void Delete(string path)
    {
        LocalDisk.Instance.Delete(path);
        LocalDisk.Instance.SyncDirectory(Path.GetDirectoryName(path)!);
    }

    internal static void Replace(IDisk disk, string path, ReadOnlySpan<byte> bytes)
    {
        var temporary = path + TemporarySuffix;
        using (var file = disk.Open(temporary))
        {
            file.SetLength(0);
            file.Write(bytes, 0);
            file.Flush();
        }

        disk.Rename(temporary, path);
        disk.SyncDirectory(Path.GetDirectoryName(path)!);
    }
}
