using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ClipOrleans.EndToEnd.Processes;

namespace ClipOrleans.EndToEnd.Cluster.Network;

// Danger: a network that is said to be divided and is not: what is shown on it (I4, I8) is shown of nothing. One that outlives its test.
// Invariant: those of one side reach each other and nobody else; a later run finds nothing of one that was killed.
// Method: connections between machines before a cut, during it and after it; networks named after a process that has ended.
public sealed class TestNetworkTests
{
    private const int Port = 9;

    [Fact]
    public async Task Who_is_cut_off_reaches_only_who_is_too()
    {
        using var network = TestNetwork.Create();
        var (here, one, other) = (network.Add(), network.Add(), network.Add());
        using var ofHere = Listen(here);
        using var ofOne = Listen(one);
        Assert.True(await ReachesAsync(one, here));
        Assert.True(await ReachesAsync(here, one));

        network.Cut(one, other);
        Assert.False(await ReachesAsync(one, here));
        Assert.False(await ReachesAsync(here, one));
        Assert.True(await ReachesAsync(other, one));

        network.Heal();
        Assert.True(await ReachesAsync(one, here));
        Assert.True(await ReachesAsync(here, one));
    }

    [Fact]
    public async Task What_a_killed_run_left_is_removed_with_what_runs_in_it()
    {
        using var network = TestNetwork.Create();
        var mine = network.Add();
        var ended = await EndedAsync();
        var left = $"{Leftovers.Prefix}{ended}-2";
        NetworkCommand.Run("netns", "add", left);
        NetworkCommand.Run("link", "add", $"{Leftovers.Prefix}{ended}a", "type", "bridge");
        using var orphan = Process.Start("nsenter", [$"--net={NamespaceSocket.PathOf(left)}", "sleep", "600"]);
        await Deadline.UntilAsync(() => Task.FromResult(NetworkCommand.Run("netns", "pids", left).Length > 0), Deadline.Long, () => "it runs there");

        Leftovers.Remove();

        await orphan.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain(left, NetworkCommand.Run("netns", "list"), StringComparison.Ordinal);
        Assert.DoesNotContain($"{Leftovers.Prefix}{ended}a", NetworkCommand.Run("link"), StringComparison.Ordinal);
        Assert.Contains(mine.Namespace!, NetworkCommand.Run("netns", "list"), StringComparison.Ordinal);
    }

    private static Socket Listen(Machine machine)
    {
        var socket = NamespaceSocket.Open(machine.Namespace!);
        socket.Bind(new IPEndPoint(machine.Address, Port));
        socket.Listen();
        return socket;
    }

    /// <summary>Whoever asks an address that nobody has is told after three seconds.</summary>
    private static async Task<bool> ReachesAsync(Machine from, Machine to)
    {
        using var socket = NamespaceSocket.Open(from.Namespace!);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(5));
        try
        {
            await socket.ConnectAsync(new IPEndPoint(to.Address, Port), limit.Token);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <returns>The number of a process that is no more.</returns>
    private static async Task<int> EndedAsync()
    {
        using var process = Process.Start("true");
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return process.Id;
    }
}
