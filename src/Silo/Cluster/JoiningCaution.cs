using System.Collections.Concurrent;

namespace ClipOrleans.Silo.Cluster;

/// <summary>
/// The table of members, as a silo may use it that has not joined yet. Such a silo probes the others already, and where
/// few are left its word alone declares one dead: one that reaches nobody, since its port is closed to it or its
/// certificate is another authority's, would end the silos that serve. So until it has joined it may speak only against
/// those that give no sign of life in the table either, for longer than they take to renew it; the clocks of machines are
/// not compared. A start after all were killed needs no more than that.
/// </summary>
internal sealed class JoiningCaution(IMembershipTable table, SiloAddress self, TimeProvider clock) : IMembershipTable
{
    /// <summary>A period of <see cref="Liveness.AlivePeriod"/>, and somewhat more.</summary>
    private static readonly TimeSpan s_silence = Liveness.AlivePeriod + TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<SiloAddress, Sign> _signs = new();
    private volatile bool _joined;

    public Task InitializeMembershipTable(bool tryInitTableVersion) => InitializeMembershipTableAsync(tryInitTableVersion, CancellationToken.None);

    public Task InitializeMembershipTableAsync(bool tryInitTableVersion, CancellationToken cancellationToken) =>
        table.InitializeMembershipTableAsync(tryInitTableVersion, cancellationToken);

    public Task DeleteMembershipTableEntries(string clusterId) => DeleteMembershipTableEntriesAsync(clusterId, CancellationToken.None);

    public Task DeleteMembershipTableEntriesAsync(string clusterId, CancellationToken cancellationToken) =>
        table.DeleteMembershipTableEntriesAsync(clusterId, cancellationToken);

    public Task CleanupDefunctSiloEntries(DateTimeOffset beforeDate) => CleanupDefunctSiloEntriesAsync(beforeDate, CancellationToken.None);

    public Task CleanupDefunctSiloEntriesAsync(DateTimeOffset beforeDate, CancellationToken cancellationToken) =>
        table.CleanupDefunctSiloEntriesAsync(beforeDate, cancellationToken);

    public Task<MembershipTableData> ReadRow(SiloAddress key) => ReadRowAsync(key, CancellationToken.None);

    public Task<MembershipTableData> ReadRowAsync(SiloAddress key, CancellationToken cancellationToken) => table.ReadRowAsync(key, cancellationToken);

    public Task<MembershipTableData> ReadAll() => ReadAllAsync(CancellationToken.None);

    public async Task<MembershipTableData> ReadAllAsync(CancellationToken cancellationToken)
    {
        var read = await table.ReadAllAsync(cancellationToken);
        if (!_joined)
        {
            foreach (var (entry, _) in read.Members)
                Watch(entry);
        }

        return read;
    }

    public Task<bool> InsertRow(MembershipEntry entry, TableVersion tableVersion) => InsertRowAsync(entry, tableVersion, CancellationToken.None);

    public Task<bool> InsertRowAsync(MembershipEntry entry, TableVersion tableVersion, CancellationToken cancellationToken) =>
        table.InsertRowAsync(entry, tableVersion, cancellationToken);

    public Task<bool> UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion) => UpdateRowAsync(entry, etag, tableVersion, CancellationToken.None);

    /// <returns>False as well where the silo may not speak against the other: as if another had been faster, so that it looks again later.</returns>
    public async Task<bool> UpdateRowAsync(MembershipEntry entry, string etag, TableVersion tableVersion, CancellationToken cancellationToken)
    {
        if (!_joined && !IsOwn(entry.SiloAddress) && MayLive(entry.SiloAddress))
            return false;
        var done = await table.UpdateRowAsync(entry, etag, tableVersion, cancellationToken);
        if (done && entry.SiloAddress.Equals(self) && entry.Status is SiloStatus.Active)
            _joined = true;
        return done;
    }

    public Task UpdateIAmAlive(MembershipEntry entry) => UpdateIAmAliveAsync(entry, CancellationToken.None);

    public Task UpdateIAmAliveAsync(MembershipEntry entry, CancellationToken cancellationToken) => table.UpdateIAmAliveAsync(entry, cancellationToken);

    /// <summary>This silo, or one that was at its address before: that one is gone, since this one has its port.</summary>
    private bool IsOwn(SiloAddress address) => address.Endpoint.Equals(self.Endpoint);

    private bool MayLive(SiloAddress address) => !_signs.TryGetValue(address, out var sign) || sign.Renewed || clock.GetElapsedTime(sign.Since) < s_silence;

    private void Watch(MembershipEntry entry) => _signs.AddOrUpdate(
        entry.SiloAddress,
        static (_, seen) => new Sign(seen.Alive, seen.Now, Renewed: false),
        static (_, sign, seen) => sign with { Renewed = sign.Renewed || sign.Alive != seen.Alive },
        (Alive: entry.IAmAliveTime, Now: clock.GetTimestamp()));

    /// <param name="Alive">What it said at first.</param>
    /// <param name="Since">When that was read here.</param>
    /// <param name="Renewed">It has said something else since.</param>
    private sealed record Sign(DateTime Alive, long Since, bool Renewed);
}
