using ClipOrleans.Silo.Startup;

namespace ClipOrleans.Silo.Fsck;

/// <summary>What <c>fsck</c> was called with.</summary>
internal sealed record FsckArguments(string Folder, bool Repair, bool Rebuild, bool Json)
{
    private const string Verb = "fsck";

    /// <returns>Null when the process was called for something else.</returns>
    /// <exception cref="StartException">It is for this, and wrong.</exception>
    public static FsckArguments? Parse(string[] args)
    {
        if (args is not [Verb, .. var rest])
            return null;
        var folders = rest.Where(static word => !word.StartsWith("--", StringComparison.Ordinal)).ToList();
        var unknown = rest.Where(static word => word.StartsWith("--", StringComparison.Ordinal) && word is not ("--repair" or "--rebuild" or "--json")).ToList();
        return unknown.Count > 0 ? throw new StartException($"{Verb}: '{unknown[0]}' is not understood. It takes --repair, --rebuild and --json.")
            : folders is not [var folder] ? throw new StartException($"{Verb}: name one folder: the one of Storage:Path, of a shard or of a backup.")
            : new FsckArguments(folder, rest.Contains("--repair"), rest.Contains("--rebuild"), rest.Contains("--json"));
    }
}
