using System.Buffers;
using System.Formats.Tar;
using System.IO.Hashing;

namespace ClipOrleans.Cli.Backup;

/// <summary>Reads a backup to its last byte and compares every file with the manifest, from an archive or from a folder.</summary>
internal static class BackupReader
{
    private const int BytesAtOnce = 1 << 20;

    /// <summary>Reads an archive.</summary>
    /// <param name="archive">A tar archive, its manifest first.</param>
    /// <param name="folder">Where the files go as they come; null: nowhere.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="App.CliError">A file is missing, foreign, cut short or altered.</exception>
    public static async Task<BackupContents> ReadArchiveAsync(Stream archive, string? folder, CancellationToken stop)
    {
        try
        {
            using var reader = new TarReader(archive, leaveOpen: true);
            if (await NextAsync(reader, stop).ConfigureAwait(false) is not { Name: BackupContents.FileName, Length: <= BackupContents.MaxBytes, DataStream: { } first })
                throw BackupContents.Damaged("the archive", $"its first file is not {BackupContents.FileName}");
            using var bytes = new MemoryStream();
            await first.CopyToAsync(bytes, stop).ConfigureAwait(false);
            var contents = BackupContents.Parse(bytes.ToArray());
            await WriteAsync(folder, BackupContents.FileName, new MemoryStream(bytes.ToArray()), stop).ConfigureAwait(false);
            var missing = contents.Files.ToDictionary(file => file.Path, StringComparer.Ordinal);
            while (await NextAsync(reader, stop).ConfigureAwait(false) is { } entry)
            {
                if (!missing.Remove(entry.Name, out var expected))
                    throw BackupContents.Damaged(entry.Name, "the manifest names no such file, or it came already");
                await CheckAsync(expected, entry.DataStream ?? Stream.Null, folder, stop).ConfigureAwait(false);
            }

            return missing.Count == 0 ? contents : throw BackupContents.Damaged(missing.Keys.Min()!, "it is missing");
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException or FormatException)
        {
            throw BackupContents.Damaged("the archive", $"it is cut short, or no archive ({e.Message.TrimEnd('.')})");
        }
    }

    /// <summary>Reads a folder.</summary>
    /// <exception cref="App.CliError">A file is missing, cut short or altered.</exception>
    public static async Task<BackupContents> ReadFolderAsync(string folder, CancellationToken stop)
    {
        var manifest = Path.Combine(folder, BackupContents.FileName);
        if (!File.Exists(manifest))
            throw new App.CliError($"{folder} holds no {BackupContents.FileName}", "Give a folder that \"clip backup\" made");
        var contents = BackupContents.Parse(await File.ReadAllBytesAsync(manifest, stop).ConfigureAwait(false));
        foreach (var expected in contents.Files)
        {
            var path = Path.Combine(folder, expected.Path);
            if (!File.Exists(path))
                throw BackupContents.Damaged(expected.Path, "it is missing");
            var bytes = File.OpenRead(path);
            await using (bytes.ConfigureAwait(false))
                await CheckAsync(expected, bytes, folder: null, stop).ConfigureAwait(false);
        }

        return contents;
    }

    private static async Task<TarEntry?> NextAsync(TarReader reader, CancellationToken stop)
    {
        while (await reader.GetNextEntryAsync(copyData: false, stop).ConfigureAwait(false) is { } entry)
        {
            if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile)
                return entry;
            if (entry.EntryType is not TarEntryType.Directory)
                throw BackupContents.Damaged(entry.Name, "only plain files belong into a backup");
        }

        return null;
    }

    private static async Task CheckAsync(BackupFile expected, Stream bytes, string? folder, CancellationToken stop)
    {
        var (length, checksum) = await WriteAsync(folder, expected.Path, bytes, stop).ConfigureAwait(false);
        if (length != expected.Length)
            throw BackupContents.Damaged(expected.Path, $"it has {length} bytes instead of {expected.Length}");
        if (checksum != expected.Checksum)
            throw BackupContents.Damaged(expected.Path, "its bytes do not fit its checksum");
    }

    private static async Task<(long Length, string Checksum)> WriteAsync(string? folder, string path, Stream bytes, CancellationToken stop)
    {
        var target = Open(folder, path);
        await using (target.ConfigureAwait(false))
        {
            var hash = new XxHash3();
            var buffer = ArrayPool<byte>.Shared.Rent(BytesAtOnce);
            var length = 0L;
            try
            {
                for (int read; (read = await bytes.ReadAsync(buffer, stop).ConfigureAwait(false)) > 0; length += read)
                {
                    hash.Append(buffer.AsSpan(0, read));
                    await target.WriteAsync(buffer.AsMemory(0, read), stop).ConfigureAwait(false);
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }

            if (target is FileStream file)
                file.Flush(flushToDisk: true);
            return (length, BackupContents.Checksum(hash.GetCurrentHashAsUInt64()));
        }
    }

    private static Stream Open(string? folder, string path)
    {
        if (folder is null)
            return Stream.Null;
        var full = Path.Combine(folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        return new FileStream(full, FileMode.CreateNew, FileAccess.Write);
    }
}
