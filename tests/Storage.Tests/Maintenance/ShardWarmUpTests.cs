using ClipOrleans.Storage.Maintenance;

namespace ClipOrleans.Storage.Tests.Maintenance;

// Danger: what only warms the code leaves files behind, or fails where the process that is warmed would not.
// Invariant: nothing is left, whether it ends by itself or is ended.
public sealed class ShardWarmUpTests
{
    [Fact]
    public async Task Nothing_is_left_of_it()
    {
        var directory = Path.Combine(Path.GetTempPath(), $"cliporleans-test-{Guid.NewGuid():N}");
        await ShardWarmUp.RunAsync(directory, TimeProvider.System);
        Assert.False(Directory.Exists(directory));
    }

    [Fact]
    public async Task Nothing_is_left_of_it_when_it_is_ended()
    {
        var directory = Path.Combine(Path.GetTempPath(), $"cliporleans-test-{Guid.NewGuid():N}");
        using var ended = new CancellationTokenSource();
        var running = ShardWarmUp.RunAsync(directory, TimeProvider.System, ended.Token);
        await ended.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.False(Directory.Exists(directory));
    }
}
