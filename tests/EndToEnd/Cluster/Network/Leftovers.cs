using System.Diagnostics;
using System.Globalization;

namespace ClipOrleans.EndToEnd.Cluster.Network;

/// <summary>
/// Networks outlive the process that made them, so their names tell which one it was: <c>clo1234-2</c> is a namespace, <c>clo1234a</c> a
/// switch of process 1234. What a run left that was killed is removed by the next one.
/// </summary>
internal static class Leftovers
{
    public const string Prefix = "clo";

    /// <summary>Removes what belongs to processes that are no more.</summary>
    public static void Remove()
    {
        foreach (var owner in Namespaces().Concat(Switches()).Select(OwnerOf).OfType<int>().Distinct().Where(static owner => !Directory.Exists($"/proc/{owner}")).ToList())
            Remove(owner);
    }

    /// <summary>Removes what belongs to a process; what still runs in its namespaces is killed.</summary>
    public static void Remove(int owner)
    {
        foreach (var name in Namespaces().Where(name => OwnerOf(name) == owner).ToList())
        {
            foreach (var id in NetworkCommand.Run("netns", "pids", name).Split('\n', StringSplitOptions.RemoveEmptyEntries))
                Kill(int.Parse(id, CultureInfo.InvariantCulture));
            NetworkCommand.Run("netns", "delete", name);
        }

        foreach (var name in Switches().Where(name => OwnerOf(name) == owner).ToList())
            NetworkCommand.Run("link", "delete", name);
    }

    /// <summary>Lines are "name" or "name (id: 0)".</summary>
    private static IEnumerable<string> Namespaces() => NetworkCommand.Run("netns", "list").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line.Split(' ')[0]);

    /// <summary>Lines are "number: name: and more".</summary>
    private static IEnumerable<string> Switches() =>
        NetworkCommand.Run("-o", "link", "show", "type", "bridge").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line.Split(": ")[1]);

    private static int? OwnerOf(string name)
    {
        if (!name.StartsWith(Prefix, StringComparison.Ordinal))
            return null;
        var digits = name[Prefix.Length..].TakeWhile(char.IsAsciiDigit).ToArray();
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var owner) ? owner : null;
    }

    private static void Kill(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            process.Kill();
            process.WaitForExit();
        }
        catch (ArgumentException)
        {
            // It has ended by itself.
        }
    }
}
