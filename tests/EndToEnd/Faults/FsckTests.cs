using System.Text.Json.Nodes;
using ClipOrleans.EndToEnd.CommandLine;
using ClipOrleans.EndToEnd.Documents;
using ClipOrleans.EndToEnd.Http;
using ClipOrleans.EndToEnd.Processes;

namespace ClipOrleans.EndToEnd.Faults;

// Danger: an operator is told that a damaged folder is whole, or a check disturbs the server that uses it.
// Invariant: after kill -9 a folder is whole; each damage is found in its file; a repair brings back all that the log has.
// Method: the folder of a real server with an index and a backup in it; clip fsck before and after each damage.
public sealed class FsckTests : IDisposable
{
    private const string Index = "photos";
    private const int Documents = 300;

    private readonly TempFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Every_kind_of_file_is_checked_and_what_is_derived_repaired()
    {
        Clip clip;
        await using (var silo = await SiloProcess.StartAsync(_data.Path, "--Storage:SnapshotEveryBytes=100000"))
        {
            clip = new Clip(silo.Address, _data.Path);
            await FillAsync(silo.Api);
            await clip.RunAsync(0, "backup", Index, "elsewhere", "--keep");
            Assert.Contains("is in use by process", await clip.RunAsync(1, "fsck", "."), StringComparison.Ordinal);
            await silo.KillAsync();
        }

        Assert.Contains($"{Documents} documents", await clip.RunAsync(0, "fsck", "."), StringComparison.Ordinal);
        Assert.Contains("backup .: whole", await clip.RunAsync(0, "fsck", "elsewhere"), StringComparison.Ordinal);

        await DamagedAsync(clip, "rows.*", "repairable", repaired: true);
        await DamagedAsync(clip, "shard.json", "repairable", repaired: true);
        await DamagedAsync(clip, "log.0", "damaged", repaired: false);
        await DamagedAsync(clip, "backup.json", "damaged", repaired: false);
        await DamagedAsync(clip, $"default.{Index}.json", "damaged", repaired: false);

        var answer = JsonNode.Parse(await clip.RunAsync(0, "fsck", ".", "--json"))!;
        Assert.Equal((true, Documents), ((bool)answer["ok"]!, (int)answer["documents"]!));
        await using var again = await SiloProcess.StartAsync(_data.Path);
        await StoredDocuments.UntilLoadedAsync(again.Api, Index);
        Assert.Equal(Documents, (await StoredDocuments.ScrollAsync(again.Api, Index)).Count);
    }

    [Fact]
    public async Task What_is_no_folder_of_ours_is_said()
    {
        var clip = new Clip(new Uri("http://127.0.0.1:1"), _data.Path);
        Assert.Contains("There is no folder", await clip.RunAsync(1, "fsck", "nowhere"), StringComparison.Ordinal);
        Assert.Contains("is no data folder, no shard and no backup", await clip.RunAsync(1, "fsck", "."), StringComparison.Ordinal);
        Assert.Contains("Required argument 'folder' missing", await clip.RunAsync(2, "fsck"), StringComparison.Ordinal);
    }

    /// <summary>Two shards with a snapshot of each: it is taken in the background, once enough was written.</summary>
    private async Task FillAsync(Api api)
    {
        await StoredDocuments.CreateAsync(api, SyntheticDocument.IndexBody(Index, shards: 2));
        foreach (var some in Enumerable.Range(0, Documents).Chunk(50))
            await StoredDocuments.UpsertAsync(api, Index, some.Select(static number => Body(number)));
        await Deadline.UntilAsync(() => Task.FromResult(Find("snapshot.*").Length >= 2), Deadline.Long, () => "a snapshot of each shard");
    }

    private static JsonObject Body(int number)
    {
        var body = new SyntheticDocument(number).Body();
        body["metadata"]!["note"] = new string('n', 2_000);
        return body;
    }

    /// <summary>Flips a bit in the middle of a file, looks for it, repairs what can be and puts back what cannot.</summary>
    private async Task DamagedAsync(Clip clip, string pattern, string word, bool repaired)
    {
        var path = Find(pattern)[0];
        var bytes = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        byte[] damaged = [.. bytes];
        damaged[bytes.Length / 2] ^= 16;
        await File.WriteAllBytesAsync(path, damaged, TestContext.Current.CancellationToken);

        var found = await clip.RunAsync(1, "fsck", ".");
        Assert.Matches($"{word} +{System.Text.RegularExpressions.Regex.Escape(Path.GetRelativePath(_data.Path, path))}: ", found);
        Assert.Contains("1 BAD", found, StringComparison.Ordinal);
        var after = await clip.RunAsync(repaired ? 0 : 1, "fsck", ".", "--repair");
        if (repaired)
        {
            Assert.Contains(": repaired", after, StringComparison.Ordinal);
            return;
        }

        Assert.Equal(damaged, await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken));
        await File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken);
    }

    /// <summary>Of the index itself, or of its backup; not of the one that was fetched.</summary>
    private string[] Find(string pattern) =>
    [
        .. new[] { "catalog", "tenants" }.Where(folder => Directory.Exists(_data.File(folder)))
            .SelectMany(folder => Directory.EnumerateFiles(_data.File(folder), pattern, SearchOption.AllDirectories))
            .Where(path => pattern == "backup.json" || !path.Contains("snapshots", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
    ];
}
