using ClipOrleans.Contracts;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Contracts.Snapshots;

namespace ClipOrleans.Gateway.Snapshots;

/// <summary>Sends a snapshot as one tar archive, piece by piece: no more than two pieces are in memory.</summary>
internal sealed class ArchiveWriter
{
    public const string Tar = "application/x-tar";

    private static readonly byte[] Zeros = new byte[ArchiveHeader.EndBytes];

    /// <summary>Begins the answer only when the snapshot is known to be there; what fails later ends the connection, so that half an archive never looks whole.</summary>
    /// <returns>Null, or why nothing was sent.</returns>
    public async Task<Error?> SendAsync(HttpContext http, ISnapshotsGrain snapshots, string id)
    {
        var info = await snapshots.Get(id, 0);
        if (!info.IsSuccess)
            return info.Error;
        if (info.Value.State is SnapshotState.Creating)
            return Error.Of(Slugs.SnapshotInProgress, $"Snapshot '{id}' is being made: wait until it is ready.");
        var files = await snapshots.ListFiles(id);
        if (!files.IsSuccess)
            return files.Error;
        http.Response.ContentType = Tar;
        http.Response.ContentLength = files.Value.Sum(static file => ArchiveHeader.BytesOf(file.Length)) + ArchiveHeader.EndBytes;
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{info.Value.Index}-{id}.tar\"";
        foreach (var file in files.Value)
            await SendAsync(http, snapshots, id, file, info.Value.CreatedAt);
        await http.Response.Body.WriteAsync(Zeros, http.RequestAborted);
        return null;
    }

    private static async Task SendAsync(HttpContext http, ISnapshotsGrain snapshots, string id, SnapshotFile file, DateTimeOffset modified)
    {
        var body = http.Response.Body;
        await body.WriteAsync(ArchiveHeader.Write(file.Path, file.Length, modified), http.RequestAborted);
        for (var at = 0L; at < file.Length;)
        {
            var piece = await snapshots.ReadFile(id, file.Path, at, (int)Math.Min(Limits.MaxArchivePieceBytes, file.Length - at));
            if (!piece.IsSuccess || piece.Value.Value.Length == 0)
                throw new InvalidDataException($"Snapshot {id}, {file.Path} at {at}: {piece.Error?.Detail ?? "the file is shorter than its manifest says"}");
            await body.WriteAsync(piece.Value.Value, http.RequestAborted);
            at += piece.Value.Value.Length;
        }

        await body.WriteAsync(Zeros.AsMemory(0, ArchiveHeader.Padding(file.Length)), http.RequestAborted);
    }
}
