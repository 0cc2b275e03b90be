using System.Diagnostics;
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

    private static TimeSpan Used(ServerProcess server) => MachineTime.Busy() - server.ProcessorTime - Environment.CpuUsage.TotalTime;
}
