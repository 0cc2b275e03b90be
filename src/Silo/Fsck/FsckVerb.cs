using ClipOrleans.Grains.Checking;
using ClipOrleans.Silo.Startup;
using ClipOrleans.Storage.Errors;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClipOrleans.Silo.Fsck;

/// <summary>
/// <c>fsck &lt;folder&gt; [--repair] [--rebuild] [--json]</c>: checks every file of a data folder that no server uses. Nothing is hosted.
/// </summary>
internal static class FsckVerb
{
    private const int Whole = 0;
    private const int Bad = 1;

    /// <returns>0 when everything is as it was written, or is again; 1 when something is not, or could not be checked.</returns>
    public static async Task<int> RunAsync(FsckArguments arguments, TextWriter output, TextWriter error, CancellationToken cancel)
    {
        var report = new FsckReport(Path.GetFullPath(arguments.Folder), arguments, output);
        try
        {
            using var folder = FolderCheck.IsDataFolder(arguments.Folder) ? DataFolder.Open(Path.GetFullPath(arguments.Folder)) : null;
            var options = new FolderCheckOptions(arguments.Repair, arguments.Rebuild);
            await new FolderCheck(arguments.Folder, options, NullLoggerFactory.Instance, TimeProvider.System, report.Add).RunAsync(cancel);
        }
        catch (Exception fault) when (fault is StartException or ShardException or IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync($"fsck: {fault.Message}");
            return Bad;
        }
        catch (OperationCanceledException)
        {
            await error.WriteLineAsync("fsck: interrupted; what was reported is true, the rest was not checked.");
            return Bad;
        }

        report.End();
        return report.IsBad ? Bad : Whole;
    }
}
