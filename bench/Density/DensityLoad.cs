using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using ClipOrleans.Bench.Vectors;
using ClipOrleans.Client;
using ClipOrleans.Client.Documents;
using ClipOrleans.Client.Errors;
using ClipOrleans.Client.Indexes;
using ClipOrleans.Client.Keys;

namespace ClipOrleans.Bench.Density;

/// <summary>
/// Makes the tenants, each by the operator's API with a key and one index. The documents of the first ones are sent one by one; the
/// others restore an archive of one of those indexes, which is the product's own way and costs a tenth.
/// </summary>
/// <param name="folder">Where they are kept, and which are there already.</param>
/// <param name="documents">Of each.</param>
internal sealed class DensityLoad(DensityFolder folder, int documents)
{
    public const int Seed = 1;

    /// <summary>What the vectors are drawn from does not depend on how many tenants there are.</summary>
    public const int Distribution = 100_000;

    /// <summary>As many archives as a server takes at once, less one.</summary>
    private const int Parallel = 3;

    private const int Tries = 5;
    private const int ExpectedBytes = 4_700_000;

    private static readonly string[] Colours = ["red", "green", "blue", "black", "white", "yellow", "brown", "grey"];
    private readonly ClipLikeVectors _vectors = new(Distribution, VectorsBench.Dimensions, Seed);

    /// <param name="tenants">How many there are to be.</param>
    /// <param name="byDocuments">So many of them document by document.</param>
    public async Task RunAsync(int tenants, int byDocuments)
    {
        var present = folder.Tenants.Select(tenant => tenant.Id).ToHashSet(StringComparer.Ordinal);
        var missing = Enumerable.Range(0, tenants).Where(number => !present.Contains(NameOf(number))).ToList();
        if (missing.Count == 0)
            return;
        CheckRoom(missing.Count);
        // Indexes that were just restored are open: they need not stay so.
        await using var server = await DenseServer.StartAsync(folder, "--Memory:Budget=2048", "--Storage:IdleMinutes=1");
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 2 * Parallel }) { Timeout = Timeout.InfiniteTimeSpan };
        await MakeAsync(server, http, missing.Where(number => number < byDocuments), 1, SendDocumentsAsync);
        var archives = Directory.GetFiles(folder.Archives, "*.tar").Order(StringComparer.Ordinal).ToArray();
        await MakeAsync(server, http, missing.Where(number => number >= byDocuments), Parallel, (client, number) => RestoreAsync(client, archives[number % archives.Length]));
        await server.Process.StopAsync();
    }

    private static string NameOf(int number) => string.Create(CultureInfo.InvariantCulture, $"t{number:D7}");

    private void CheckRoom(int tenants)
    {
        var free = new DriveInfo(folder.Root).AvailableFreeSpace;
        if (free < tenants * (long)ExpectedBytes)
            throw new IOException($"{tenants} more tenants take some {tenants * (long)ExpectedBytes >> 30} GB, and {free >> 30} GB are free at {folder.Root}.");
    }

    private async Task MakeAsync(DenseServer server, HttpClient http, IEnumerable<int> numbers, int parallel, Func<ClipOrleansClient, int, Task<string>> fill)
    {
        var (watch, done, all) = (Stopwatch.StartNew(), 0, numbers.ToList());
        var gate = new Lock();
        using var admin = server.ClientOf(folder.OperatorKey, http);
        await System.Threading.Tasks.Parallel.ForEachAsync(all, new ParallelOptions { MaxDegreeOfParallelism = parallel }, async (number, _) =>
        {
            var (key, way) = await MakeOneAsync(server, http, admin, number, fill);
            lock (gate)
            {
                folder.Add(new DenseTenant(NameOf(number), key, way));
                if (++done % Math.Max(1, Math.Min(100, all.Count / 4)) == 0)
                    Console.WriteLine($"{done:N0} of {all.Count:N0} more tenants by {way} in {watch.Elapsed.TotalSeconds:F0} s");
            }
        });
    }

    /// <summary>What was cut short, by a crash or since the server was busy, is begun anew.</summary>
    private static async Task<(string Key, string Way)> MakeOneAsync(DenseServer server, HttpClient http, ClipOrleansClient admin, int number, Func<ClipOrleansClient, int, Task<string>> fill)
    {
        var name = NameOf(number);
        for (var again = 1; ; again++)
        {
            try
            {
                await admin.Tenants.CreateAsync(name);
                var key = (await admin.Tenants.Keys(name).CreateAsync(new KeyDefinition { Name = "bench", Role = KeyRole.Admin })).Key;
                using var client = server.ClientOf(key, http);
                return (key, await fill(client, number));
            }
            catch (ClipOrleansException fault) when (again < Tries && fault.Status is 409 or 503)
            {
                await admin.Tenants.DeleteAsync(name);
            }
        }
    }

    private async Task<string> SendDocumentsAsync(ClipOrleansClient client, int number)
    {
        await client.CreateIndexAsync(new IndexDefinition
        {
            Name = DenseServer.Index,
            Model = "none",
            Dimensions = VectorsBench.Dimensions,
            Fields = [new("colour", FieldType.Keyword), new("price", FieldType.Number), new("sale", FieldType.Boolean)],
        });
        await foreach (var result in client.Index(DenseServer.Index).UpsertManyAsync(Documents(number)))
        {
            if (result.Error is { } error)
                throw new InvalidOperationException($"{result.Id}: {error.Detail}");
        }

        var snapshots = client.Index(DenseServer.Index).Snapshots;
        var snapshot = await snapshots.CreateAsync();
        if (snapshot.Status != "ready")
            throw new InvalidOperationException($"The snapshot of {NameOf(number)} is {snapshot.Status}: {snapshot.Problem}");
        await using (var archive = await snapshots.OpenArchiveAsync(snapshot.Id))
        await using (var file = File.Create(Path.Combine(folder.Archives, $"{NameOf(number)}.tar")))
            await archive.CopyToAsync(file);
        await snapshots.DeleteAsync(snapshot.Id);
        return DensityFolder.ByDocuments;
    }

    private async Task<string> RestoreAsync(ClipOrleansClient client, string archive)
    {
        using var content = new ByteArrayContent(await File.ReadAllBytesAsync(archive));
        var made = await client.RestoreArchiveAsync(content, DenseServer.Index);
        return made.IsReady && made.Documents != documents ? throw new InvalidDataException($"{archive} has {made.Documents} documents.") : DensityFolder.ByArchive;
    }

    private async IAsyncEnumerable<DocumentInput> Documents(int number)
    {
        await Task.CompletedTask;
        var vectors = _vectors.Images(documents, number * ClipLikeVectors.Chunks(documents));
        for (var row = 0; row < documents; row++)
        {
            yield return new DocumentInput
            {
                Id = row.ToString(CultureInfo.InvariantCulture),
                Vector = vectors.AsMemory(row * VectorsBench.Dimensions, VectorsBench.Dimensions),
                Metadata = new JsonObject { ["title"] = $"Product number {row}", ["colour"] = Colours[row % Colours.Length], ["price"] = (row * 37 % 9_973) + 0.5, ["sale"] = row % 5 == 0 },
            };
        }
    }
}
