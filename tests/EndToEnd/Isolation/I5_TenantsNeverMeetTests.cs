using System.Security.Cryptography;
using System.Text;

namespace ClipOrleans.EndToEnd.Isolation;

// Danger: a route, a cursor, a cache or an error text that tells one customer of another: a name, a count, or only that something is there.
// Invariant: I5 (no request with tenant A's key reads, writes, counts or names anything of tenant B; another tenant's thing is 404).
// Method: every operation of the served OpenAPI document, with every kind of key, with what is B's and with twins that do not exist: the
// answers are the same bytes. A route that nobody wrote a sample for fails the walk.
public sealed class I5_TenantsNeverMeetTests(TwoTenants stage, ITestOutputHelper output) : IClassFixture<TwoTenants>
{
    [Fact]
    public async Task I5_No_operation_tells_or_changes_anything_of_another_tenant()
    {
        using var door = new Door(stage.Silo.Address);
        var before = await SecondsViewAsync(door);
        var walk = new IsolationWalk(stage, door);
        await walk.RunAsync(stage.Visitors);
        var summary = walk.Summary(stage.Visitors.Count);
        output.WriteLine(summary);
        if (Environment.GetEnvironmentVariable("CLIPORLEANS_ISOLATION_REPORT") is { Length: > 0 } file)
            await File.WriteAllTextAsync(file, summary + "\n", TestContext.Current.CancellationToken);
        Assert.True(walk.Findings.Count == 0, $"{walk.Findings.Count} findings:\n{string.Join('\n', walk.Findings.Take(30))}");
        Assert.True(walk.Pairs > walk.Operations * (stage.Visitors.Count - 1), summary);
        Assert.Equal(before, await SecondsViewAsync(door));
    }

    /// <summary>A walk that finds nothing proves something only if it finds what is there to be found.</summary>
    [Fact]
    public async Task The_walk_finds_what_the_owner_is_told()
    {
        using var door = new Door(stage.Silo.Address);
        var walk = new IsolationWalk(stage, door);
        await walk.RunAsync([stage.Owner]);
        string[] told =
        [
            "/v1/indexes:", "/v1/indexes/zebra-shop:", "/v1/indexes/zebra-shop/documents:", "/v1/indexes/zebra-shop/documents/zebra-document:",
            "/v1/indexes/zebra-shop/documents/zebra-document/image:", "/v1/indexes/zebra-shop/search:", "/v1/indexes/zebra-shop/search/batch:",
        ];
        Assert.All(told, path => Assert.Contains(walk.Findings, finding => finding.Contains($" {path}", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task I5_What_a_tenant_sees_of_its_own_is_the_same_before_there_was_another_one_with_the_same_names()
    {
        var now = await stage.OwnViewAsync();
        Assert.All(now, heard => Assert.StartsWith("200", heard, StringComparison.Ordinal));
        Assert.Equal(stage.Before, now);
    }

    [Fact]
    public async Task Keys_are_kept_as_hashes_alone()
    {
        var files = await ReadAllAsync(Path.Combine(stage.Data, "catalog"));
        foreach (var key in stage.Keys)
        {
            var secret = key[(key.IndexOf('_', "clip_".Length) + 1)..];
            Assert.All(files, file => Assert.False(file.Text.Contains(secret, StringComparison.Ordinal), $"{file.Path} holds a key"));
        }

        // The search finds what is there: the hash of each key that was not deleted.
        var kept = stage.Keys.Count(key =>
        {
            var hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
            return files.Any(file => file.Text.Contains(hash, StringComparison.Ordinal));
        });
        Assert.Equal(stage.Keys.Count - 1, kept);
        Assert.DoesNotContain(stage.Keys, key => stage.Silo.Process.Output.Contains(key, StringComparison.Ordinal));
    }

    /// <summary>All that the second tenant has, as it sees it itself.</summary>
    private async Task<IReadOnlyList<string>> SecondsViewAsync(Door door)
    {
        string[] paths =
        [
            "v1/indexes", "v1/keys", $"v1/indexes/{stage.Foreign.Index}/documents?include=vector", $"v1/indexes/{TwoTenants.SharedIndex}/documents?include=vector",
            $"v1/indexes/{stage.Foreign.Index}/snapshots", $"v1/indexes/{TwoTenants.SharedIndex}/snapshots", $"v1/indexes/{stage.Foreign.Index}/documents/{stage.Foreign.Document}/image",
        ];
        var heard = new List<string>();
        foreach (var path in paths)
        {
            var answer = await door.AskAsync(stage.SecondAdmin, HttpMethod.Get, path);
            Assert.Equal(200, answer.Status);
            heard.Add(answer.Settled());
        }

        return heard;
    }

    private static async Task<List<(string Path, string Text)>> ReadAllAsync(string folder)
    {
        var files = new List<(string, string)>();
        foreach (var path in Directory.EnumerateFiles(folder, "*.json", SearchOption.AllDirectories))
            files.Add((path, await File.ReadAllTextAsync(path, Encoding.Latin1)));

        return files;
    }
}
