namespace ClipOrleans.Storage.Files;

/// <summary>Replaces a small file so that after any crash it holds either its old bytes or its new ones, whole.</summary>
internal static class DurableFile
{
    private const string TemporarySuffix = ".tmp";

    public static void Replace(IDisk disk, string path, ReadOnlySpan<byte> bytes)
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
