using System.Net;
using System.Text.Json.Nodes;
using ClipOrleans.EndToEnd.Catalogue;
using ClipOrleans.EndToEnd.Documents;
using ClipOrleans.EndToEnd.Http;
using ClipOrleans.EndToEnd.Processes;

namespace ClipOrleans.EndToEnd.CommandLine;

// Danger: an import of hours that a lost connection or a closed laptop throws away, or that says "done" over missing rows.
// Invariant: what clip counts as done is in the index; run again it continues; a server that comes back is found again.
// Method: the sample catalogue as a CSV, clip killed with -9 or its server killed with -9 in the middle, the index compared at the end.
public sealed class ClipTests(SharedSilo shared) : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Demo_loads_the_samples_and_shows_five_searches()
    {
        var output = await new Clip(shared.Silo.Address, _folder.Path).RunAsync(0, "demo");
        Assert.Equal(5, output.Split('\n').Count(line => line.StartsWith("clip search emoji", StringComparison.Ordinal)));
        var index = (await shared.Api.GetAsync("v1/indexes/emoji")).Ok();
        Assert.Equal(Emoji.Load(every: 1).Count, (int)index["documents"]!);
    }

    [Fact]
    public async Task An_import_killed_with_9_continues_where_it_was()
    {
        var clip = new Clip(shared.Silo.Address, _folder.Path);
        var index = shared.NewIndexName("killed");
        var (csv, pictures) = WriteCsv(every: 1);
        await using (var first = clip.Start(ImportArguments(index, csv)))
        {
            var state = $"{csv}.clip-import.json";
            await Deadline.UntilAsync(() => Task.FromResult(File.Exists(state) || first.HasExited), Deadline.Long, () => first.Output);
            Assert.False(first.HasExited, $"It ended before it could be killed.\n{first.Output}");
            await first.KillAsync();
        }

        var between = await CountAsync(shared.Api, index);
        Assert.InRange(between, 1, pictures.Count - 1);
        var output = await clip.RunAsync(0, ImportArguments(index, csv));
        Assert.Contains("Continuing:", output, StringComparison.Ordinal);
        await AssertCompleteAsync(shared.Api, index, pictures);
        Assert.False(File.Exists($"{csv}.clip-import.json"), "A finished import leaves its state behind.");
    }

    [Fact]
    public async Task I1_An_import_whose_server_is_killed_with_9_goes_on_when_it_is_back()
    {
        using var data = new TempFolder();
        var (csv, pictures) = WriteCsv(every: 1);
        await using var silo = await SiloProcess.StartAsync(data.Path);
        await using var import = new Clip(silo.Address, _folder.Path).Start(ImportArguments("catalogue", csv));
        await Deadline.UntilAsync(async () => import.HasExited || await CountAsync(silo.Api, "catalogue") > 100, Deadline.Long, () => import.Output);
        Assert.False(import.HasExited, $"It ended before the server could be killed.\n{import.Output}");
        await silo.KillAsync();

        await using var again = await SiloProcess.StartAgainAsync(silo);
        Assert.True(await import.ExitAsync() == 0, import.Output);
        await StoredDocuments.UntilLoadedAsync(again.Api, "catalogue");
        await AssertCompleteAsync(again.Api, "catalogue", pictures);
    }

    [Fact]
    public async Task Rows_that_fail_are_told_and_the_others_are_in()
    {
        var clip = new Clip(shared.Silo.Address, _folder.Path);
        var index = shared.NewIndexName("failing");
        var (csv, pictures) = WriteCsv(every: 200);
        await File.WriteAllTextAsync(_folder.File("broken.webp"), "this is no picture");
        await File.AppendAllTextAsync(csv, "bad-1,broken.webp,a,b\nbad-2,missing.webp,a,b\n");
        await clip.RunAsync(1, ImportArguments(index, csv));
        var failed = (await File.ReadAllLinesAsync($"{csv}.failed.ndjson")).Select(line => JsonNode.Parse(line)!).ToList();
        Assert.Equal(["bad-1", "bad-2"], failed.Select(line => (string)line["id"]!).Order());
        Assert.All(failed, line => Assert.NotEmpty((string)line["problem"]!["detail"]!));
        await AssertCompleteAsync(shared.Api, index, pictures);

        var json = JsonNode.Parse(await clip.RunAsync(0, "search", index, pictures[0].Name, "--json", "--top", "3"))!.AsObject();
        Assert.Equal(3, json["hits"]!.AsArray().Count);
        Assert.Contains(pictures[0].Id, await clip.RunAsync(0, "search", index, "--id", pictures[1].Id), StringComparison.Ordinal);
        Assert.Contains("404", await clip.RunAsync(1, "search", "no-such-index", "x"), StringComparison.Ordinal);
    }

    private static string[] ImportArguments(string index, string csv) =>
    [
        "import", index, csv, "--create", "--batch", "16", "--parallel", "2", "--image-column", "image", "--id-column", "id",
        "--map", "name=name:keyword", "--map", "group=group:keyword",
    ];

    private (string Csv, List<Emoji> Pictures) WriteCsv(int every)
    {
        var pictures = Emoji.Load(every);
        var rows = pictures.Select(picture => $"{picture.Id},{picture.Id}.webp,\"{picture.Name}\",\"{picture.Group}\"");
        var csv = _folder.File("catalogue.csv");
        File.WriteAllText(csv, $"id,image,name,group\n{string.Join('\n', rows)}\n");
        foreach (var picture in pictures)
        {
            File.WriteAllBytes(_folder.File($"{picture.Id}.webp"), picture.Image);
        }

        return (csv, pictures);
    }

    private static async Task<int> CountAsync(Api api, string index)
    {
        var answer = await api.GetAsync($"v1/indexes/{index}");
        return answer.Status == HttpStatusCode.NotFound ? 0 : (int)answer.Ok()["documents"]!;
    }

    private static async Task AssertCompleteAsync(Api api, string index, List<Emoji> pictures)
    {
        var stored = await StoredDocuments.ScrollAsync(api, index, limit: 500);
        Assert.Equal(pictures.Select(picture => picture.Id).Order(StringComparer.Ordinal), stored.Select(StoredDocuments.Id));
        var names = pictures.ToDictionary(picture => picture.Id, picture => picture.Name);
        Assert.All(stored, document => Assert.Equal(names[StoredDocuments.Id(document)], (string?)document["metadata"]!["name"]));
        Assert.Equal(pictures.Count, await CountAsync(api, index));
    }
}
