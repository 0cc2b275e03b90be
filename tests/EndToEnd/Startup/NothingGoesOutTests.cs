using ClipOrleans.EndToEnd.Documents;
using ClipOrleans.EndToEnd.Processes;

namespace ClipOrleans.EndToEnd.Startup;

// Danger: a library reports to its makers what the server does. ONNX Runtime does so by default.
// Invariant: the server keeps nothing outside its data folder, and no report for others anywhere.
// Method: a real process with a home of its own, in which such a report would be collected before it is sent.
public sealed class NothingGoesOutTests
{
    [Fact]
    public async Task The_home_folder_stays_empty()
    {
        using var data = new TempFolder();
        using var home = new TempFolder();
        var environment = new Dictionary<string, string> { ["HOME"] = home.Path, ["XDG_CACHE_HOME"] = home.File("cache") };
        await using var silo = SiloProcess.Launch(data.Path, environment);
        Assert.True(await silo.UntilReadyOrEndedAsync(), silo.Process.Output);
        await StoredDocuments.CreateAsync(silo.Api, SyntheticDocument.IndexBody("one", 1));
        Assert.Equal(0, await silo.StopAsync());
        Assert.Empty(Directory.EnumerateFileSystemEntries(home.Path));
    }
}
