using System.Net;
using System.Net.Sockets;

namespace ClipOrleans.EndToEnd.Processes;

/// <summary>
/// Ports of loopback that nobody listens on, each given once. They lie below those that the system gives to outgoing connections: a process
/// that is started again finds its own port free.
/// </summary>
internal static class FreePorts
{
    private const int First = 15_000;
    private const int Count = 17_000;

    private static int _next = new Random().Next(Count);

    public static int[] Take(int count) => [.. Enumerable.Range(0, count).Select(static _ => Take())];

    private static int Take()
    {
        for (var tried = 0; tried < Count; tried++)
        {
            var port = First + (int)((uint)Interlocked.Increment(ref _next) % Count);
            if (IsFree(port))
                return port;
        }

        throw new InvalidOperationException($"No port from {First} on is free.");
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
