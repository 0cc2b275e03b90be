using ClipOrleans.Cli.App;

return await ClipApp.RunAsync(args, Terminal.OfProcess()).ConfigureAwait(false);
