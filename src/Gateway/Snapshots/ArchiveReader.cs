using ClipOrleans.Contracts;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Gateway.Admission;
using ClipOrleans.Gateway.Options;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;

namespace ClipOrleans.Gateway.Snapshots;

/// <summary>
/// Takes a tar archive and hands its files on as they come. The manifest is the first of them and says what may follow; a
/// name in the archive is compared with the manifest's and never used as a path.
/// </summary>
internal sealed class ArchiveReader(IGrainFactory grains, IOptions<LimitOptions> limits)
{
    private const string Manifest = "backup.json";

    /// <summary>A manifest of some hundred thousand files.</summary>
    private const int MaxManifestBytes = 32 * 1024 * 1024;

    /// <summary>Makes an index from the body of a request; nothing is left of one that fails.</summary>
    public async Task<Result<IndexDescription>> RestoreAsync(HttpContext http, TenantId tenant, string? name)
    {
        var max = limits.Value.MaxArchiveBytes;
        if (http.Request.ContentLength > max)
            return RequestBody.TooLarge(max);
        RequestBody.LiftServerLimit(http);
        var upload = grains.GetGrain<IUploadGrain>(new IndexKey(tenant, Guid.NewGuid().ToString("N")).ToString());
        try
        {
            var fault = await ReadAsync(new CountedBody(http.Request.Body, max, http.RequestAborted), upload);
            return fault ?? await upload.Finish(name);
        }
        catch (EndOfStreamException)
        {
            return Damaged("the archive", "it is cut short");
        }
        catch (BodyTooLargeException)
        {
            return RequestBody.TooLarge(max);
        }
        finally
        {
            await upload.Abort();
        }
    }

    private static async Task<Error?> ReadAsync(CountedBody body, IUploadGrain upload)
    {
        var header = new byte[ArchiveHeader.BlockBytes];
        var begun = false;
        while (true)
        {
            await body.ReadAsync(header);
            if (ArchiveHeader.TryRead(header, out var entry) is { } fault)
                return Damaged("the archive", fault);
            if (entry.Name is null)
                return begun ? null : Damaged("the archive", $"there is no {Manifest} in it");
            if (ArchiveHeader.IsDirectory(header))
                continue;
            var path = entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name;
            var error = begun ? await AppendAsync(body, upload, path, entry.Length) : await BeginAsync(body, upload, path, entry.Length);
            if (error is not null)
                return error;
            begun = true;
            await body.ReadAsync(header.AsMemory(0, ArchiveHeader.Padding(entry.Length)));
        }
    }

    private static async Task<Error?> BeginAsync(CountedBody body, IUploadGrain upload, string path, long length)
    {
        if (path != Manifest || length > MaxManifestBytes)
            return Damaged("the archive", $"its first file must be {Manifest}, of at most {MaxManifestBytes} bytes");
        var manifest = new byte[length];
        await body.ReadAsync(manifest);
        return (await upload.Begin(manifest.AsImmutable())).Error;
    }

    private static async Task<Error?> AppendAsync(CountedBody body, IUploadGrain upload, string path, long length)
    {
        var at = 0L;
        do
        {
            // A new array each time: it belongs to the message from here on.
            var piece = new byte[Math.Min(Limits.MaxArchivePieceBytes, length - at)];
            await body.ReadAsync(piece);
            if (await upload.Append(path, at, piece.AsImmutable()) is { } error)
                return error;
            at += piece.Length;
        }
        while (at < length);
        return null;
    }

    private static Error Damaged(string what, string why) => Error.Of(Slugs.BackupDamaged, $"{what}: {why}.");

    /// <summary>A body that is read to the last byte asked for, and not beyond its limit.</summary>
    private sealed class CountedBody(Stream body, long max, CancellationToken cancel)
    {
        private long _left = max;

        /// <exception cref="EndOfStreamException">The body ends before.</exception>
        /// <exception cref="BodyTooLargeException">It goes beyond the limit.</exception>
        public async ValueTask ReadAsync(Memory<byte> buffer)
        {
            _left -= buffer.Length;
            if (_left < 0)
                throw new BodyTooLargeException();
            await body.ReadExactlyAsync(buffer, cancel);
        }
    }

    private sealed class BodyTooLargeException : Exception;
}
