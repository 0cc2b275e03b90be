using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Fencing;
using ClipOrleans.Storage.Files;
using Microsoft.Extensions.Logging;

namespace ClipOrleans.Storage.Recovery;

/// <summary>The two ways to an open shard.</summary>
internal static class ShardOpening
{
    public static async Task<ShardEngine> OpenAsync(
        IDisk disk, string directory, ShardOptions options, ILoggerFactory logs, TimeProvider clock, IProgress<int>? progress, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        var files = new ShardFiles(Path.GetFullPath(directory));
        if (!ShardRemoval.ShardExists(disk, files))
            throw new DirectoryNotFoundException($"There is no shard in '{files.Directory}'.");
        return await OpenOwnedAsync(disk, files, descriptor: null, options, logs, clock, progress, cancel);
    }

    public static async Task<ShardEngine> CreateAsync(
        IDisk disk, string directory, ShardDescriptor descriptor, ShardOptions options, ILoggerFactory logs, TimeProvider clock, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        descriptor.Check();
        var files = new ShardFiles(Path.GetFullPath(directory));
        if (disk.DirectoryExists(files.Directory) && disk.Exists(files.Deleted))
            ShardRemoval.Run(disk, directory, options, clock);
        disk.CreateDirectory(files.Directory);
        return await OpenOwnedAsync(disk, files, descriptor, options, logs, clock, progress: null, cancel);
    }

    private static async Task<ShardEngine> OpenOwnedAsync(
        IDisk disk, ShardFiles files, ShardDescriptor? descriptor, ShardOptions options, ILoggerFactory logs, TimeProvider clock, IProgress<int>? progress, CancellationToken cancel)
    {
        var logger = logs.CreateLogger("ClipOrleans.Storage");
        var ownership = ShardOwnership.Take(disk, files, options, clock);
        try
        {
            var recovery = new ShardRecovery(disk, files, ownership, options, clock, logger);
            if (descriptor is not null)
            {
                if (ShardRemoval.ShardExists(disk, files))
                    throw new InvalidOperationException($"There is a shard in '{files.Directory}' already.");
                recovery.Create(descriptor);
            }

            // Replay is work for a processor: not on the thread that asked.
            var shard = await Task.Run(() => recovery.OpenAsync(progress, cancel), cancel);
            if (ownership.TakenOverAt is not null)
                RecoveryLog.TakenOver(logger, files.Directory);
            return new ShardEngine(disk, files, ownership, shard, options, clock, logger);
        }
        catch (ShardFencedException fenced)
        {
            ownership.Dispose();
            throw new ShardLockedException($"'{files.Directory}' was opened by somebody else at this moment: {fenced.Message}", fenced);
        }
        catch
        {
            ownership.Dispose();
            throw;
        }
    }
}
