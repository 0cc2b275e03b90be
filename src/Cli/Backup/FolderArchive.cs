using System.Formats.Tar;
using System.Net;

namespace ClipOrleans.Cli.Backup;

/// <summary>The files of a backup's folder as one archive, made while it is sent.</summary>
internal sealed class FolderArchive(string folder, BackupContents contents) : HttpContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var writer = new TarWriter(stream, TarEntryFormat.Ustar, leaveOpen: true);
        await using (writer.ConfigureAwait(false))
        {
            foreach (var path in contents.Files.Select(file => file.Path).Prepend(BackupContents.FileName))
            {
                var bytes = File.OpenRead(Path.Combine(folder, path));
                await using (bytes.ConfigureAwait(false))
                    await writer.WriteEntryAsync(new UstarTarEntry(TarEntryType.RegularFile, path) { DataStream = bytes }, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
