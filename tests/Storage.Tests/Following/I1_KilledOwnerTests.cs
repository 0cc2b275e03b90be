using ClipOrleans.Storage.Following;
using ClipOrleans.Storage.Tests.Documents;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClipOrleans.Storage.Tests.Following;

// Danger: the process that owns a shard is killed, and its follower has something that the next owner has not, or not all.
// Invariant: I1 and I10 over real files and a real kill -9: all that was answered is with the next owner and the follower.
// Method: a process of its own writes and is killed, five times over, with one follower that lives through all of it.
public sealed class I1_KilledOwnerTests : IDisposable
{
    private const int Kills = 5;
    private static readonly TimeSpan s_time = TimeSpan.FromSeconds(60);

    private readonly string _folder = Path.Combine(Path.GetTempPath(), "clip-killed-" + Guid.NewGuid().ToString("N"));

    public void Dispose()
    {
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task I1_I10_What_a_killed_owner_answered_is_with_its_follower_and_its_successor()
    {
        ShardFollower? follower = null;
        var answered = new List<string>();
        for (var kill = 0; kill < Kills; kill++)
        {
            using (var owner = KilledOwner.Start(_folder))
            {
                for (var i = 0; i < 60 + (31 * kill) && await owner.ReadAsync() is { } write; i++)
                {
                    answered.Add(write.Id);
                    follower ??= await FollowAsync();
                    if (i % 20 == 0)
                        Assert.True(await follower.CatchUpAsync(write.Sequence, s_time, TestContext.Current.CancellationToken), follower.Following.ToString());
                }

                owner.Kill();
                while (await owner.ReadAsync() is { } write)
                    answered.Add(write.Id);
            }

            await using var next = await ShardEngine.OpenAsync(_folder, Samples.SmallPages(), NullLoggerFactory.Instance, TimeProvider.System);
            Assert.True(await follower!.CatchUpAsync(next.AppliedSequence, s_time, TestContext.Current.CancellationToken), follower.Following.ToString());
            var documents = await next.DumpAsync();
            Assert.Equal(documents, await follower.DumpAsync());
            Assert.All(answered, id => Assert.True(documents.ContainsKey(id), $"{id} was answered and is gone"));
            await using var fresh = await FollowAsync();
            Assert.Equal(documents, await fresh.DumpAsync());
        }

        Assert.True(answered.Count > 60 * Kills);
        Assert.Null(follower!.Following.Problem);
        await follower.DisposeAsync();
    }

    private Task<ShardFollower> FollowAsync() => ShardFollower.OpenAsync(_folder, Samples.SmallPages(), NullLoggerFactory.Instance, TimeProvider.System);
}
