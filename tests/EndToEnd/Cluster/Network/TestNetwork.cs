using System.Globalization;
using System.Net;
using ClipOrleans.EndToEnd.Processes;

namespace ClipOrleans.EndToEnd.Cluster.Network;

/// <summary>
/// Machines on a network that can fall in two: a namespace each, joined by virtual cables to a switch (a bridge). Whoever is cut off hangs
/// on a second switch with the others that are: what is sent across is lost and nobody is told, as when a cable between two racks is pulled.
/// This process is on the first switch, and so is what it starts without a machine: the store. Files are shared whatever happens.
/// </summary>
internal sealed class TestNetwork : IDisposable
{
    private readonly string _name = $"{Leftovers.Prefix}{Environment.ProcessId}";
    private readonly string _subnet = $"10.213.{(Environment.ProcessId % 254) + 1}";
    private readonly List<Machine> _machines = [];

    private TestNetwork()
    {
    }

    /// <summary>At which the machines that are not cut off reach this process and what it starts.</summary>
    public IPAddress Address => IPAddress.Parse($"{_subnet}.1");

    private string Switch => $"{_name}a";

    private string OtherSwitch => $"{_name}b";

    /// <summary>Skips the test where networks cannot be made.</summary>
    public static TestNetwork Create()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "network namespaces are for root");
        Assert.SkipUnless(NetworkCommand.IsInstalled("ip") && NetworkCommand.IsInstalled("nsenter"), "ip and nsenter are not installed");
        Leftovers.Remove();
        var network = new TestNetwork();
        try
        {
            if (!NetworkCommand.Try("link", "add", network.Switch, "type", "bridge", "forward_delay", "0"))
                Assert.Skip("making a network is not allowed here");
            NetworkCommand.Run("link", "add", network.OtherSwitch, "type", "bridge", "forward_delay", "0");
            NetworkCommand.Run("address", "add", $"{network.Address}/24", "dev", network.Switch);
            NetworkCommand.Run("link", "set", network.Switch, "up");
            NetworkCommand.Run("link", "set", network.OtherSwitch, "up");
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>One more machine, on the first switch.</summary>
    public Machine Add()
    {
        var number = _machines.Count + 2;
        var machine = new Machine($"{_name}-{number}", IPAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"{_subnet}.{number}")));
        NetworkCommand.Run("netns", "add", machine.Namespace!);
        _machines.Add(machine);
        NetworkCommand.Run("link", "add", CableOf(machine), "type", "veth", "peer", "name", "eth0", "netns", machine.Namespace!);
        NetworkCommand.Run("link", "set", CableOf(machine), "master", Switch, "up");
        NetworkCommand.Run("-n", machine.Namespace!, "address", "add", $"{machine.Address}/24", "dev", "eth0");
        NetworkCommand.Run("-n", machine.Namespace!, "link", "set", "eth0", "up");
        NetworkCommand.Run("-n", machine.Namespace!, "link", "set", "lo", "up");
        return machine;
    }

    /// <summary>From now on these reach each other and nobody else.</summary>
    public void Cut(params Machine[] machines)
    {
        foreach (var machine in machines)
            NetworkCommand.Run("link", "set", CableOf(machine), "master", OtherSwitch);
    }

    /// <summary>Everybody reaches everybody.</summary>
    public void Heal()
    {
        foreach (var machine in _machines)
            NetworkCommand.Run("link", "set", CableOf(machine), "master", Switch);
    }

    public void Dispose() => Leftovers.Remove(Environment.ProcessId);

    /// <summary>The end of the cable at the switch; names of interfaces have 15 characters at most.</summary>
    private static string CableOf(Machine machine) => machine.Namespace!.Replace('-', 'v');
}
