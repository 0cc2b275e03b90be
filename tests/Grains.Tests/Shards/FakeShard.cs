using ClipOrleans.Contracts.Cluster;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Grains.Placement;
using ClipOrleans.Grains.Shards;
using ClipOrleans.Storage;

namespace ClipOrleans.Grains.Tests.Shards;

/// <summary>A shard of any size that is used when the test says so, and closed when it lets it.</summary>
internal sealed class FakeShard(int number, long bytes, TimeProvider clock) : ILocalShard
{
    private static readonly TenantId s_tenant = TenantId.Parse("acme");

    private GoingCold? _cold;

    public ShardKey Key { get; } = new(s_tenant, "pictures", 1, number);

    public ShardMeter Meter { get; } = new();

    public ShardUse Use { get; } = new(clock);

    public long BytesInMemory { get; set; } = bytes;

    /// <summary>How often it was told to go.</summary>
    public int Told { get; private set; }

    public GoingCold Cold => _cold ??= new GoingCold(() => Told++);

    public Task<Result<T>> ReadAsync<T>(long? indexVersion, Func<IShardReader, Task<Result<T>>> work) => throw new NotSupportedException();

    public ShardLoad Measure(string name, TimeSpan elapsed) => throw new NotSupportedException();

    /// <summary>All of it is closed.</summary>
    public void Close()
    {
        BytesInMemory = 0;
        Cold.End();
    }
}
