using System.Globalization;

namespace ClipOrleans.Bench.Reports;

/// <summary>Processor time of the whole machine, so that what others used while something was measured can be told. Linux only.</summary>
internal static class MachineTime
{
    /// <summary>The kernel counts in hundredths of a second, whatever its own ticks are (USER_HZ).</summary>
    private const double TicksASecond = 100;

    /// <summary>user, nice, system, then idle and iowait, which are left out, then irq, softirq, and what the host took (steal).</summary>
    private static readonly int[] BusyFields = [1, 2, 3, 6, 7, 8];

    /// <summary>Since the machine was started, of all cores together.</summary>
    public static TimeSpan Busy()
    {
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return TimeSpan.FromSeconds(BusyFields.Sum(field => long.Parse(fields[field], CultureInfo.InvariantCulture)) / TicksASecond);
    }
}
