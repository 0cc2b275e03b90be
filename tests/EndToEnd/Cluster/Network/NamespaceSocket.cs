using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ClipOrleans.EndToEnd.Cluster.Network;

/// <summary>A socket belongs for ever to the network namespace of the thread that made it, and so it can be used from another one.</summary>
internal static partial class NamespaceSocket
{
    private const int NetworkNamespace = 0x40000000;

    public static string PathOf(string name) => $"/run/netns/{name}";

    public static Socket Open(string name)
    {
        using var own = OpenNamespace("/proc/thread-self/ns/net");
        using var other = OpenNamespace(PathOf(name));
        if (!Enter(other))
            throw new IOException($"The namespace {name} cannot be entered: error {Marshal.GetLastPInvokeError()}");
        try
        {
            return new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        }
        finally
        {
            // The thread goes back to a pool: whoever gets it next must not find it on another network.
            if (!Enter(own))
                Environment.FailFast($"A thread cannot leave the namespace {name}.");
        }
    }

    private static SafeFileHandle OpenNamespace(string path) => File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);

    private static bool Enter(SafeFileHandle handle) => EnterNamespace(handle, NetworkNamespace) == 0;

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int EnterNamespace(SafeFileHandle handle, int kind);
}
