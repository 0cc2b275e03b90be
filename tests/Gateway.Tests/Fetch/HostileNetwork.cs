using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using ClipOrleans.Gateway.Fetch;

namespace ClipOrleans.Gateway.Tests.Fetch;

/// <summary>
/// A resolver in the hands of an attacker, and a network in which every public address is the attacker's server, so that
/// the rules for public addresses can be tried without leaving this machine. Addresses that are not public are connected
/// to in earnest: if a rule lets one through, the listener inside hears it.
/// </summary>
internal sealed class HostileNetwork(int attackersPort) : FetchNetwork
{
    /// <summary>Looks public, and is never really connected to.</summary>
    public static readonly IPAddress Public = IPAddress.Parse("93.184.215.14");

    private readonly ConcurrentDictionary<string, int> _asked = new();

    public ConcurrentQueue<IPAddress> Dialled { get; } = [];

    public override async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancel)
    {
        var times = _asked.AddOrUpdate(host, 1, (_, before) => before + 1);
        switch (host)
        {
            case "public.test":
            case "one-answer-each.test":
                return [Public];
            case "inside.test":
                return [IPAddress.Loopback];
            case "inside6.test":
                return [IPAddress.IPv6Loopback];
            case "mapped.test":
                return [IPAddress.Loopback.MapToIPv6()];
            case "metadata.test":
                return [IPAddress.Parse("169.254.169.254")];
            case "mixed.test":
                return [Public, IPAddress.Loopback];
            case "rebinds.test":
                return [times == 1 ? Public : IPAddress.Loopback];
            case "nowhere.test":
                return [];
            case "unknown.test":
                throw new SocketException((int)SocketError.HostNotFound);
            case "never.test":
                await Task.Delay(Timeout.InfiniteTimeSpan, cancel);
                return [];
            default:
                return await base.ResolveAsync(host, cancel);
        }
    }

    public override ValueTask<Stream> ConnectAsync(IPAddress[] addresses, int port, CancellationToken cancel)
    {
        foreach (var address in addresses)
            Dialled.Enqueue(address);
        return addresses is [var one] && AddressRules.IsAllowed(one)
            ? base.ConnectAsync([IPAddress.Loopback], attackersPort, cancel)
            : base.ConnectAsync(addresses, port, cancel);
    }

    /// <summary>How often a name was looked up.</summary>
    public int Asked(string host) => _asked.GetValueOrDefault(host);
}
