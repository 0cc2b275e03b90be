using System.Diagnostics;
using System.Globalization;
using ClipOrleans.Bench.Reports;
using ClipOrleans.Bench.Servers;

namespace ClipOrleans.Bench.Density;

/// <summary>What processes that have nothing to do with it used of the machine since this was made: times are to be read with it.</summary>
internal sealed class OthersTime(ServerProcess server)
{
    private readonly long _begun = Stopwatch.GetTimestamp();
    private readonly TimeSpan _before = Used(server);

    /// <summary>In the mean.</summary>
    public double Cores => Math.Max(0, (Used(server) - _before) / Stopwatch.GetElapsedTime(_begun));

    /// <summary>The priority of this process and of those that it starts, as the kernel counts: 0 as a rule, below it before others.</summary>
    public static int Nice()
    {
        const int field = 16; // of those behind the name
        var stat = File.ReadAllText("/proc/self/stat");
        return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[field], CultureInfo.InvariantCulture);
    }

    private static TimeSpan Used(ServerProcess server) => MachineTime.Busy() - server.ProcessorTime - Environment.CpuUsage.TotalTime;
}
