using System.ComponentModel.DataAnnotations;

namespace ClipOrleans.Silo.Configuration;

/// <summary>What this process does. Bound from the root.</summary>
public sealed class RoleSettings
{
    public const string Section = "";

    private const string All = "gateway,shard,encoder";

    /// <summary>Which parts run here, separated by commas. This version runs all of them in one process.</summary>
    [CustomValidation(typeof(RoleSettings), nameof(Check))]
    public string Roles { get; set; } = All;

    public static ValidationResult? Check(string? roles, ValidationContext context)
    {
        var named = (roles ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var known = All.Split(',');
        if (named.FirstOrDefault(role => !known.Contains(role)) is { } unknown)
            return new ValidationResult($"'{unknown}' is no role; the roles are {All}");
        return known.Except(named).Any()
            ? new ValidationResult($"a part alone would need a cluster, and Cluster:Provider=localhost is a process by itself; use Roles={All}")
            : ValidationResult.Success;
    }
}
