using ClipOrleans.Grains.Tenants;
using Orleans.Storage;

namespace ClipOrleans.Grains.Tests.Catalog;

// Danger: a store that loses an entry, gives one tenant's to another, or lets a stale activation write over a newer.
// Invariants: I1, I4, I5 for the catalog, wherever it stands.
// Method: the same questions to each kind of store.
public abstract class CatalogContract
{
    private static readonly GrainId s_acme = GrainId.Create("tenant", "acme");

    /// <summary>The catalog, empty at first, and the same for every call of one test.</summary>
    internal abstract IGrainStorage Catalog { get; }

    [Fact]
    public async Task I1_What_was_written_is_read()
    {
        await Catalog.WriteStateAsync("tenant", s_acme, Acme(lastIncarnation: 7));
        var read = await ReadAsync(s_acme);
        Assert.True(read.RecordExists);
        Assert.NotNull(read.ETag);
        Assert.Equal(7, read.State!.LastIncarnation);
        Assert.Equal(3, read.State!.Indexes["pictures"]);
    }

    [Fact]
    public async Task Nothing_is_read_as_nothing()
    {
        var read = await ReadAsync(s_acme);
        Assert.False(read.RecordExists);
        Assert.Null(read.ETag);
        Assert.Empty(read.State!.Indexes);
    }

    [Fact]
    public async Task I4_A_writer_that_has_not_seen_the_newest_version_is_refused()
    {
        var first = Acme(lastIncarnation: 1);
        await Catalog.WriteStateAsync("tenant", s_acme, first);
        var second = await ReadAsync(s_acme);
        second.State!.LastIncarnation = 2;
        await Catalog.WriteStateAsync("tenant", s_acme, second);

        await Assert.ThrowsAsync<InconsistentStateException>(() => Catalog.WriteStateAsync("tenant", s_acme, first));
        await Assert.ThrowsAsync<InconsistentStateException>(() => Catalog.ClearStateAsync("tenant", s_acme, first));
        await Assert.ThrowsAsync<InconsistentStateException>(() => Catalog.WriteStateAsync("tenant", s_acme, Acme(lastIncarnation: 9)));
        Assert.Equal(2, (await ReadAsync(s_acme)).State!.LastIncarnation);
    }

    [Fact]
    public async Task I4_A_writer_that_knew_the_predecessor_of_an_entry_made_anew_is_refused()
    {
        var first = Acme(lastIncarnation: 1);
        await Catalog.WriteStateAsync("tenant", s_acme, first);
        var stale = await ReadAsync(s_acme);
        await Catalog.ClearStateAsync("tenant", s_acme, first);
        Assert.False((await ReadAsync(s_acme)).RecordExists);
        await Catalog.WriteStateAsync("tenant", s_acme, Acme(lastIncarnation: 2));
        if (KnowsPredecessors)
            await Assert.ThrowsAsync<InconsistentStateException>(() => Catalog.WriteStateAsync("tenant", s_acme, stale));
        Assert.Equal(2, (await ReadAsync(s_acme)).State!.LastIncarnation);
    }

    [Fact]
    public async Task A_cleared_entry_is_gone_and_can_be_written_anew()
    {
        var state = Acme(lastIncarnation: 1);
        await Catalog.WriteStateAsync("tenant", s_acme, state);
        await Catalog.ClearStateAsync("tenant", s_acme, state);
        Assert.Empty(state.State!.Indexes);
        Assert.False(state.RecordExists);
        await Catalog.WriteStateAsync("tenant", s_acme, state);
        Assert.True((await ReadAsync(s_acme)).RecordExists);
    }

    [Fact]
    public async Task I5_Names_that_look_like_numbers_are_two_tenants_all_the_same()
    {
        string[] names = ["a", "0a", "00a", "10", "010", new string('0', 32), new string('f', 32)];
        foreach (var (i, name) in names.Index())
            await Catalog.WriteStateAsync("tenant", GrainId.Create("tenant", name), Acme(lastIncarnation: 100 + i));
        foreach (var (i, name) in names.Index())
            Assert.Equal(100 + i, (await ReadAsync(GrainId.Create("tenant", name))).State!.LastIncarnation);
    }

    /// <summary>The embedded catalog counts from 1 again; it knows one process, which has no stale activations.</summary>
    private protected virtual bool KnowsPredecessors => true;

    private protected static GrainState<TenantState> Acme(long lastIncarnation) =>
        new(new TenantState { LastIncarnation = lastIncarnation, Indexes = { ["pictures"] = 3 } });

    private protected async Task<GrainState<TenantState>> ReadAsync(GrainId grain)
    {
        var read = new GrainState<TenantState>();
        await Catalog.ReadStateAsync("tenant", grain, read);
        return read;
    }
}
