using ClipOrleans.Contracts.Errors;
using ClipOrleans.Grains.Catalog;
using ClipOrleans.Grains.Configuration;
using ClipOrleans.Grains.Tenants;
using CsCheck;
using Microsoft.Extensions.Options;
using Orleans.Storage;

namespace ClipOrleans.Grains.Tests.Catalog;

// Danger: the catalog loses an index, takes a damaged file for a whole one, or lets a stale activation write over a newer.
// Invariants: I1, I2 for the catalog; I4 (one writer) by versions.
// Method: the storage provider on a folder, files changed by hand and byte by byte.
public sealed class CatalogStorageTests : IDisposable
{
    private static readonly GrainId s_acme = GrainId.Create("tenant", "acme");

    private readonly TempFolder _data = new();
    private readonly CatalogStorage _catalog;

    public CatalogStorageTests() => _catalog = Open();

    private string AcmeFile => Path.Combine(_data.Path, "catalog", "tenant", "acme.json");

    public void Dispose()
    {
        _catalog.Dispose();
        _data.Dispose();
    }

    [Fact]
    public async Task I1_What_was_written_is_there_for_the_next_process()
    {
        await _catalog.WriteStateAsync("tenant", s_acme, Acme(lastIncarnation: 7));
        using var again = Open();
        var read = new GrainState<TenantState>();
        await again.ReadStateAsync("tenant", s_acme, read);
        Assert.True(read.RecordExists);
        Assert.Equal("1", read.ETag);
        Assert.Equal(7, read.State!.LastIncarnation);
        Assert.Equal(3, read.State!.Indexes["pictures"]);
    }

    [Fact]
    public async Task Nothing_is_read_as_nothing()
    {
        var read = new GrainState<TenantState>();
        await _catalog.ReadStateAsync("tenant", s_acme, read);
        Assert.False(read.RecordExists);
        Assert.Null(read.ETag);
        Assert.Empty(read.State!.Indexes);
        await _catalog.ClearStateAsync("tenant", s_acme, read);
        Assert.False(Directory.Exists(Path.Combine(_data.Path, "catalog")));
    }

    [Fact]
    public async Task I4_A_writer_that_has_not_seen_the_newest_version_is_refused()
    {
        var first = Acme(lastIncarnation: 1);
        await _catalog.WriteStateAsync("tenant", s_acme, first);
        var second = new GrainState<TenantState>();
        await _catalog.ReadStateAsync("tenant", s_acme, second);
        second.State!.LastIncarnation = 2;
        await _catalog.WriteStateAsync("tenant", s_acme, second);

        await Assert.ThrowsAsync<InconsistentStateException>(() => _catalog.WriteStateAsync("tenant", s_acme, first));
        await Assert.ThrowsAsync<InconsistentStateException>(() => _catalog.ClearStateAsync("tenant", s_acme, first));
        await Assert.ThrowsAsync<InconsistentStateException>(() => _catalog.WriteStateAsync("tenant", s_acme, Acme(lastIncarnation: 9)));
        await _catalog.ReadStateAsync("tenant", s_acme, first);
        Assert.Equal(2, first.State!.LastIncarnation);
    }

    [Fact]
    public async Task A_cleared_entry_is_gone_and_can_be_written_anew()
    {
        var state = Acme(lastIncarnation: 1);
        await _catalog.WriteStateAsync("tenant", s_acme, state);
        await _catalog.ClearStateAsync("tenant", s_acme, state);
        Assert.False(File.Exists(AcmeFile));
        Assert.Empty(state.State!.Indexes);
        await _catalog.WriteStateAsync("tenant", s_acme, state);
        Assert.True(File.Exists(AcmeFile));
    }

    [Fact]
    public async Task Every_flipped_bit_is_noticed_and_a_file_of_before_there_was_a_checksum_is_read()
    {
        await _catalog.WriteStateAsync("tenant", s_acme, Acme(lastIncarnation: 7));
        var bytes = await File.ReadAllBytesAsync(AcmeFile);
        for (var at = 0; at < bytes.Length; at++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                bytes[at] ^= (byte)(1 << bit);
                Assert.Throws<CatalogCorruptException>(() => CatalogStorage.Parse<TenantState>(bytes, AcmeFile));
                bytes[at] ^= (byte)(1 << bit);
            }
        }

        var lines = (await File.ReadAllLinesAsync(AcmeFile)).Where(line => !line.Contains("\"checksum\"", StringComparison.Ordinal));
        Assert.Equal(7, CatalogStorage.Parse<TenantState>(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', lines)), AcmeFile).State.LastIncarnation);
    }

    [Fact]
    public async Task I2_A_file_that_was_not_finished_counts_for_nothing()
    {
        await _catalog.WriteStateAsync("tenant", s_acme, Acme(lastIncarnation: 1));
        await File.WriteAllTextAsync(AcmeFile + ".tmp", "{\"format\":1,\"gra");
        var read = new GrainState<TenantState>();
        await _catalog.ReadStateAsync("tenant", s_acme, read);
        Assert.Equal(1, read.State!.LastIncarnation);
        await _catalog.WriteStateAsync("tenant", s_acme, read);
        Assert.Equal("2", read.ETag);
    }

    [Theory]
    [InlineData("\"format\": 1", "\"format\": 2", "format 2")]
    [InlineData("tenant/acme", "tenant/other", "checksum")]
    [InlineData("\"version\": 1", "\"version\": 0", "version 0")]
    [InlineData("\"lastIncarnation\"", "\"lastIncarnatoin\"", "lastIncarnatoin")]
    [InlineData("\"state\": {", "\"extra\": 1, \"state\": {", "extra")]
    [InlineData("\"version\": 1", "\"version\": 1, \"version\": 1", "version")]
    [InlineData("}", "", "acme.json")]
    public async Task A_file_that_is_not_what_was_written_is_an_error_that_names_it(string part, string changed, string reason)
    {
        await _catalog.WriteStateAsync("tenant", s_acme, Acme(lastIncarnation: 1));
        var text = await File.ReadAllTextAsync(AcmeFile);
        Assert.Contains(part, text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(AcmeFile, text.Replace(part, changed, StringComparison.Ordinal));
        var fault = await Assert.ThrowsAsync<CatalogCorruptException>(() => _catalog.ReadStateAsync("tenant", s_acme, new GrainState<TenantState>()));
        Assert.Contains(AcmeFile, fault.Message, StringComparison.Ordinal);
        Assert.Contains(reason, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_catalog_that_cannot_be_written_is_told_as_such_and_can_be_written_later()
    {
        // A file in the place of the folder: nobody, root neither, can make a file in it.
        var folder = Path.Combine(_data.Path, "catalog");
        await File.WriteAllTextAsync(folder, "");
        await Assert.ThrowsAsync<CatalogUnavailableException>(() => _catalog.WriteStateAsync("tenant", s_acme, Acme(lastIncarnation: 1)));
        File.Delete(folder);
        await _catalog.WriteStateAsync("tenant", s_acme, Acme(lastIncarnation: 1));
    }

    [Fact]
    public async Task A_byte_cut_off_anywhere_is_noticed()
    {
        await _catalog.WriteStateAsync("tenant", s_acme, Acme(lastIncarnation: 123_456));
        var whole = await File.ReadAllBytesAsync(AcmeFile);
        Gen.Int[0, whole.Length - 1].Sample(
            length =>
            {
                File.WriteAllBytes(AcmeFile, whole[..length]);
                Assert.ThrowsAsync<CatalogCorruptException>(() => _catalog.ReadStateAsync("tenant", s_acme, new GrainState<TenantState>())).GetAwaiter().GetResult();
            },
            iter: 200,
            threads: 1);
    }

    [Fact]
    public async Task The_file_of_the_first_format_is_read()
    {
        // Golden: this is what version 0.1.0 wrote. It stays readable, or the format number changes and a migration is written.
        Directory.CreateDirectory(Path.GetDirectoryName(AcmeFile)!);
        await File.WriteAllTextAsync(AcmeFile, """
            {
              "format": 1,
              "grain": "tenant/acme",
              "version": 4,
              "state": {
                "lastIncarnation": 3,
                "indexes": {
                  "pictures": 3
                }
              }
            }
            """);
        var read = new GrainState<TenantState>();
        await _catalog.ReadStateAsync("tenant", s_acme, read);
        Assert.Equal("4", read.ETag);
        Assert.Equal(3, read.State!.Indexes["pictures"]);
    }

    [Theory]
    [InlineData("../acme")]
    [InlineData("a.b")]
    [InlineData("")]
    [InlineData("a//b")]
    [InlineData("ACME")]
    [InlineData("a\0b")]
    public async Task I5_A_key_that_could_leave_its_folder_or_meet_another_is_refused(string key)
    {
        var grain = GrainId.Create("tenant", key.Length == 0 ? "/" : key);
        await Assert.ThrowsAsync<ArgumentException>(() => _catalog.ReadStateAsync("tenant", grain, new GrainState<TenantState>()));
    }

    [Fact]
    public void I5_Two_keys_never_share_a_file()
    {
        var part = Gen.Char["ab01-_"].Array[1, 6].Select(chars => "x" + new string(chars));
        Gen.Select(part, part, part, part).Sample(
            (a, b, c, d) =>
            {
                Assert.True(CatalogFileName.TryFor($"{a}/{b}", out var first));
                Assert.True(CatalogFileName.TryFor($"{c}/{d}", out var second));
                Assert.Equal((a, b) == (c, d), first == second);
            },
            iter: 1_000);
    }

    private static GrainState<TenantState> Acme(long lastIncarnation) =>
        new(new TenantState { LastIncarnation = lastIncarnation, Indexes = { ["pictures"] = 3 } });

    private CatalogStorage Open() => new(Options.Create(new StorageSettings { Path = _data.Path }));
}
