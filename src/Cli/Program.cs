using ClipOrleans.Cli.App;
using ClipOrleans.Silo.Startup;

// Before anything else: the list of processes is open to everyone on the machine.
ProcessArguments.HideSecrets("key", "connection-string", "Auth:OperatorKey", "Cluster:ConnectionString");
return await ClipApp.RunAsync(args, Terminal.OfProcess()).ConfigureAwait(false);
