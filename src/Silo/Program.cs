using System.Runtime.InteropServices;
using ClipOrleans.Silo;
using ClipOrleans.Silo.Cluster;
using ClipOrleans.Silo.Fsck;
using ClipOrleans.Silo.Startup;

if (args is ["--help" or "-h" or "help"])
{
    Console.Out.WriteLine(CommandLine.Help);
    return 0;
}

if (args is ["--version"])
{
    Console.Out.WriteLine(CommandLine.Version);
    return 0;
}

if (ModelsVerb.Parse(args) is { } check)
    return await ModelsVerb.RunAsync(check.Folder, check.Json, Console.Out);

if (HealthVerb.Parse(args) is { } probed)
    return await HealthVerb.RunAsync(probed, Console.Out, Console.Error);

try
{
    ProcessArguments.HideSecrets("Auth:OperatorKey", "Cluster:ConnectionString", "connection-string");
    if (FsckArguments.Parse(args) is { } fsck)
    {
        using var stop = new CancellationTokenSource();
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        return await FsckVerb.RunAsync(fsck, Console.Out, Console.Error, stop.Token);

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }

    if (ClusterArguments.Parse(args) is { } cluster)
        return await ClusterVerb.RunAsync(cluster, Console.Out, CancellationToken.None);

    var settings = SiloApplication.Check(args);
    using var folder = DataFolder.Open(settings);
    OperatorKeyFile.Ensure(settings);
    await using var store = await ClusterStore.OpenAsync(settings.Cluster);
    await using var app = SiloApplication.Build(args, settings, store);
    await SiloApplication.StartAsync(app, settings.Roles);
    await Console.Out.WriteAsync(StartBlock.For(app.Services, settings, store));
    await app.WaitForShutdownAsync();
    return 0;
}
#pragma warning disable CA1031 // The outermost frame: whatever it is is told to the operator, and the exit code says that it failed.
catch (Exception fault)
#pragma warning restore CA1031
{
    await Console.Error.WriteLineAsync(StartFailure.Explain(fault));
    return 1;
}
