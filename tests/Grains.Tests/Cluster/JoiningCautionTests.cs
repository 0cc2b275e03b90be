using System.Net;
using ClipOrleans.Silo.Cluster;

namespace ClipOrleans.Grains.Tests.Cluster;

// Danger: a silo that reaches nobody declares those dead that serve; a start after a general kill waits for the dead.
// Invariant: before it has joined, a silo speaks against nobody who gives a sign of life, and against everybody else after one period.
// Method: a table in memory, a clock that the test moves.
public sealed class JoiningCautionTests
{
    private static readonly SiloAddress s_self = Silo(1, generation: 2);
    private static readonly SiloAddress s_other = Silo(2, generation: 1);

    private readonly TableInMemory _table = new();
    private readonly ManualClock _clock = new();
    private readonly JoiningCaution _caution;

    public JoiningCautionTests()
    {
        _caution = new JoiningCaution(_table, s_self, _clock);
        _table.Put(s_other, SiloStatus.Active);
        _table.Put(s_self, SiloStatus.Joining);
    }

    [Fact]
    public async Task One_that_renews_its_entry_is_never_spoken_against()
    {
        await _caution.ReadAll();
        Assert.False(await DeclareDeadAsync(s_other));
        _table.Renew(s_other);
        _clock.Advance(TimeSpan.FromSeconds(5));
        await _caution.ReadAll();
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.False(await DeclareDeadAsync(s_other));
    }

    [Fact]
    public async Task One_that_is_silent_for_a_period_is_declared_dead()
    {
        await _caution.ReadAll();
        _clock.Advance(TimeSpan.FromSeconds(5.5));
        await _caution.ReadAll();
        Assert.False(await DeclareDeadAsync(s_other));
        _clock.Advance(TimeSpan.FromSeconds(1));
        await _caution.ReadAll();
        Assert.True(await DeclareDeadAsync(s_other));
    }

    [Fact]
    public async Task Its_own_predecessor_is_replaced_at_once()
    {
        var former = Silo(1, generation: 1);
        _table.Put(former, SiloStatus.Active);
        await _caution.ReadAll();
        Assert.True(await DeclareDeadAsync(former));
    }

    [Fact]
    public async Task Who_has_joined_speaks_as_everybody_does()
    {
        await _caution.ReadAll();
        Assert.True(await _caution.UpdateRow(_table.Entry(s_self, SiloStatus.Active), "", new TableVersion(1, "1")));
        Assert.True(await DeclareDeadAsync(s_other));
    }

    private static SiloAddress Silo(int port, int generation) => SiloAddress.New(IPAddress.Loopback, port, generation);

    private Task<bool> DeclareDeadAsync(SiloAddress silo) => _caution.UpdateRow(_table.Entry(silo, SiloStatus.Dead), "", new TableVersion(1, "1"));

    private sealed class TableInMemory : IMembershipTable
    {
        private readonly Dictionary<SiloAddress, MembershipEntry> _entries = [];

        public void Put(SiloAddress silo, SiloStatus status) => _entries[silo] = Entry(silo, status);

        public void Renew(SiloAddress silo) => _entries[silo] = Entry(silo, SiloStatus.Active, seconds: 5);

        public MembershipEntry Entry(SiloAddress silo, SiloStatus status, int seconds = 0) =>
            new() { SiloAddress = silo, Status = status, SiloName = "silo", HostName = "host", IAmAliveTime = DateTime.UnixEpoch.AddSeconds(seconds) };

        public Task<MembershipTableData> ReadAll() =>
            Task.FromResult(new MembershipTableData([.. _entries.Values.Select(entry => Tuple.Create(entry, ""))], new TableVersion(1, "1")));

        public Task<bool> UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion) => Task.FromResult(true);

        public Task InitializeMembershipTable(bool tryInitTableVersion) => Task.CompletedTask;

        public Task DeleteMembershipTableEntries(string clusterId) => Task.CompletedTask;

        public Task CleanupDefunctSiloEntries(DateTimeOffset beforeDate) => Task.CompletedTask;

        public Task<MembershipTableData> ReadRow(SiloAddress key) => ReadAll();

        public Task<bool> InsertRow(MembershipEntry entry, TableVersion tableVersion) => Task.FromResult(true);

        public Task UpdateIAmAlive(MembershipEntry entry) => Task.CompletedTask;
    }
}
