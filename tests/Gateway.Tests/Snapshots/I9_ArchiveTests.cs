using System.Formats.Tar;
using System.Net;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Tests.Cluster;
using ClipOrleans.Gateway.Tests.Hosting;

namespace ClipOrleans.Gateway.Tests.Snapshots;

// Danger: an archive that no tar program reads, half an archive that looks whole, and bytes from anywhere that fill memory,
// leave the folder, or leave something behind.
// Invariant: I9: any bytes to the door of archives give a problem that says what is wrong, and nothing is kept.
// Method: archives written and read by the library of .NET, then cut, flipped and forged.
public sealed class I9_ArchiveTests
{
    private const string Tar = "application/x-tar";

    [Fact]
    public async Task An_archive_is_plain_tar_of_the_length_it_names_and_comes_back_as_it_went()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateIndexAsync();
        var answer = await ArchiveAsync(host);
        Assert.Equal(Tar, answer.MediaType);
        Assert.Equal(answer.Body.Length, answer.ContentHeaders.ContentLength);
        Assert.Contains("shop-s0.tar", answer.ContentHeaders.ContentDisposition?.FileName);
        var files = host.Cluster.Snapshots.Files;
        using var reader = new TarReader(new MemoryStream(answer.Body));
        foreach (var name in files.Keys)
        {
            var entry = reader.GetNextEntry(copyData: true)!;
            Assert.Equal((name, TarEntryType.RegularFile), (entry.Name, entry.EntryType));
            using var bytes = new MemoryStream();
            entry.DataStream?.CopyTo(bytes);
            Assert.Equal(files[name], bytes.ToArray());
        }

        Assert.Null(reader.GetNextEntry());
        Assert.Equal("copy", (string)(await SendAsync(host, answer.Body, "?name=copy")).Expect(HttpStatusCode.Created).Json["name"]!);
        Assert.Equal("original", (string)(await SendAsync(host, answer.Body, "")).Expect(HttpStatusCode.Created).Json["name"]!);
        (await SendAsync(host, answer.Body, "?name=copy")).Problem(Slugs.IndexExists);
        Assert.Empty(host.Cluster.Snapshots.Kept);
    }

    [Fact]
    public async Task An_archive_whose_snapshot_breaks_off_is_never_answered_whole()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateIndexAsync();
        (await host.SendAsync(HttpMethod.Post, "/v1/indexes/shop/snapshots", null)).Expect(HttpStatusCode.Created);
        host.Cluster.Faults.Answer("readFile/shards/0/shard.json", Error.Of(Slugs.BackupDamaged, "gone"));
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => host.GetAsync("/v1/indexes/shop/snapshots/s0/archive"));
    }

    [Fact]
    public async Task An_archive_of_other_programs_with_folders_and_dots_is_taken()
    {
        await using var host = await GatewayHost.StartAsync();
        var bytes = Write(writer =>
        {
            writer.WriteEntry(new UstarTarEntry(TarEntryType.Directory, "./"));
            foreach (var (name, content) in host.Cluster.Snapshots.Files)
                writer.WriteEntry(File("./" + name, content));
        });
        (await SendAsync(host, bytes, "")).Expect(HttpStatusCode.Created);
    }

    [Fact]
    public async Task An_archive_cut_anywhere_is_refused_and_nothing_is_kept()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateIndexAsync();
        var whole = (await ArchiveAsync(host)).Body;
        foreach (var length in (int[])[0, 1, 511, 512, 513, 1_023, 1_024, 1_536, 2_000, 1_000_000, 2_500_000, whole.Length - 2_000, whole.Length - 1_025])
        {
            (await SendAsync(host, whole[..length], "?name=copy")).Problem(Slugs.BackupDamaged);
            Assert.Empty(host.Cluster.Snapshots.Kept);
        }

        (await host.GetAsync("/v1/indexes/copy")).Problem(Slugs.IndexNotFound);
    }

    [Fact]
    public async Task A_flipped_bit_in_any_header_is_refused()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateIndexAsync();
        var whole = (await ArchiveAsync(host)).Body;
        for (var at = 0; at < 512; at += 7)
        {
            var flipped = whole.ToArray();
            flipped[1_024 + at] ^= 4;
            var answer = await SendAsync(host, flipped, "?name=copy");
            // The eight bytes of the sum itself may lose a space or a zero without changing its value.
            if (at is < 148 or >= 156)
                answer.Problem(Slugs.BackupDamaged);
        }
    }

    [Theory]
    [InlineData("../../evil")]
    [InlineData("/etc/evil")]
    [InlineData("shards/0/../../evil")]
    [InlineData("shards/7/log.0")]
    public async Task A_name_that_the_manifest_does_not_know_is_refused(string name)
    {
        await using var host = await GatewayHost.StartAsync();
        var bytes = Write(writer =>
        {
            writer.WriteEntry(File(FakeSnapshots.Manifest, host.Cluster.Snapshots.Files[FakeSnapshots.Manifest]));
            writer.WriteEntry(File(name, [1]));
        });
        Assert.StartsWith(name, (string)(await SendAsync(host, bytes, "")).Problem(Slugs.BackupDamaged)["detail"]!, StringComparison.Ordinal);
        Assert.Empty(host.Cluster.Snapshots.Kept);
    }

    [Fact]
    public async Task Links_and_headers_of_any_length_are_refused()
    {
        await using var host = await GatewayHost.StartAsync();
        var link = Write(writer => writer.WriteEntry(new UstarTarEntry(TarEntryType.SymbolicLink, FakeSnapshots.Manifest) { LinkName = "/etc/passwd" }));
        Assert.Contains("plain files", (string)(await SendAsync(host, link, "")).Problem(Slugs.BackupDamaged)["detail"]!);
        var extended = Write(writer => writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, FakeSnapshots.Manifest, [new("comment", new string('x', 10_000))])));
        Assert.Contains("plain files", (string)(await SendAsync(host, extended, "")).Problem(Slugs.BackupDamaged)["detail"]!);
    }

    [Fact]
    public async Task An_archive_above_the_limit_is_refused_with_and_without_its_length()
    {
        await using var host = await GatewayHost.StartAsync(("Limits:MaxArchiveBytes", "100000"));
        await host.CreateIndexAsync();
        var whole = (await ArchiveAsync(host)).Body;
        (await SendAsync(host, whole, "")).Problem(Slugs.BodyTooLarge);
        using var chunked = new StreamContent(new MemoryStream(whole)) { Headers = { ContentType = new(Tar) } };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/restore") { Content = chunked };
        request.Headers.TransferEncodingChunked = true;
        using var response = await host.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Empty(host.Cluster.Snapshots.Kept);
    }

    private static async Task<Answer> ArchiveAsync(GatewayHost host)
    {
        (await host.SendAsync(HttpMethod.Post, "/v1/indexes/shop/snapshots", null)).Expect(HttpStatusCode.Created);
        return (await host.GetAsync("/v1/indexes/shop/snapshots/s0/archive")).Expect(HttpStatusCode.OK);
    }

    private static Task<Answer> SendAsync(GatewayHost host, byte[] archive, string query) =>
        host.SendAsync(HttpMethod.Post, "/v1/restore" + query, GatewayHost.Bytes(archive, Tar));

    private static UstarTarEntry File(string name, byte[] content) => new(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) };

    private static byte[] Write(Action<TarWriter> write)
    {
        var bytes = new MemoryStream();
        using (var writer = new TarWriter(bytes, leaveOpen: true))
            write(writer);
        return bytes.ToArray();
    }
}
