namespace ClipOrleans.Storage.Checking;

/// <summary>What a finding means for whoever has to act on it.</summary>
public enum CheckSeverity
{
    /// <summary>Left over or on its way; nothing depends on it.</summary>
    Note,

    /// <summary>Something derived is not what was written: it can be made again from the log, and is at the next opening.</summary>
    Repairable,

    /// <summary>What was acknowledged cannot be read, or not be relied on. No repair makes it again.</summary>
    Damage,
}

/// <summary>What was found in one file.</summary>
/// <param name="File">Its path.</param>
/// <param name="Reason">What is wrong, in a sentence.</param>
public sealed record CheckFinding(CheckSeverity Severity, string File, string Reason)
{
    /// <summary>It was found, and is gone since the repair.</summary>
    public bool IsRepaired { get; init; }
}

/// <summary>What a check found in one directory.</summary>
/// <param name="Kind">shard, backup, catalog or folder.</param>
/// <param name="Name">Which one.</param>
/// <param name="Documents">That live in it, as far as its log could be read.</param>
/// <param name="Bytes">Of the files that were read.</param>
/// <param name="Findings">Empty: every byte is what was written.</param>
public sealed record CheckReport(string Kind, string Name, long Documents, long Bytes, IReadOnlyList<CheckFinding> Findings)
{
    public const string Shard = "shard";
    public const string Backup = "backup";
    public const string Catalog = "catalog";
    public const string Folder = "folder";

    /// <summary>Something is wrong, and still is.</summary>
    public bool IsBad => Findings.Any(static finding => finding is { Severity: not CheckSeverity.Note, IsRepaired: false });

    public bool IsRepairable => Findings.Any(static finding => finding is { Severity: CheckSeverity.Repairable, IsRepaired: false });
}
