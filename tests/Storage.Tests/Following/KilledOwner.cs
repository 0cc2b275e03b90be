using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using ClipOrleans.Storage.Tests.Documents;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClipOrleans.Storage.Tests.Following;

/// <summary>
/// A real process that owns a shard, to be killed: this program again, which with a variable set writes documents into a
/// folder and tells each answer on its output, and does nothing else.
/// </summary>
internal sealed class KilledOwner : IDisposable
{
    private const string Variable = "CLIPORLEANS_TEST_OWNS";

    private readonly Process _process;

    private KilledOwner(Process process) => _process = process;

    public static KilledOwner Start(string folder)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(KilledOwner).Assembly.Location]) { RedirectStandardOutput = true };
        start.Environment[Variable] = folder;
        return new KilledOwner(Process.Start(start)!);
    }

    /// <returns>Id and number of the next write that was answered; null when the process has died.</returns>
    public async Task<(string Id, long Sequence)?> ReadAsync()
    {
        if (await _process.StandardOutput.ReadLineAsync() is not { } line)
            return null;
        var parts = line.Split(' ');

        // A line that was cut off by the end was not told.
        return parts is [var id, var sequence, "."] ? (id, long.Parse(sequence, CultureInfo.InvariantCulture)) : null;
    }

    /// <summary>kill -9.</summary>
    public void Kill() => _process.Kill();

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    [ModuleInitializer]
    internal static void OwnIfAsked()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } folder)
            Own(folder);
    }

    /// <summary>On one thread: until the initializer has ended no other may enter this assembly.</summary>
    private static void Own(string folder)
    {
        var shard = (ShardEngine.ShardExists(folder)
            ? ShardEngine.OpenAsync(folder, Samples.SmallPages(), NullLoggerFactory.Instance, TimeProvider.System)
            : ShardEngine.CreateAsync(folder, Samples.Descriptor, Samples.SmallPages(), NullLoggerFactory.Instance, TimeProvider.System)).GetAwaiter().GetResult();
        for (var i = 0; ; i++)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"{shard.Stats.Epoch}-{i}");
            var write = shard.WriteAsync([Samples.Upsert(id, $$"""{"price":{{i}}}""", i, i % 30 == 7 ? Samples.Noise(200_000, i) : null)], Guid.NewGuid());
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{id} {write.AsTask().GetAwaiter().GetResult().Sequence} ."));
            if (i % 90 == 50)
                shard.SnapshotAsync().GetAwaiter().GetResult();
        }
    }
}
