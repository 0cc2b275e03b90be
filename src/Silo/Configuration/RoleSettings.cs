using System.ComponentModel.DataAnnotations;
using ClipOrleans.Grains;

namespace ClipOrleans.Silo.Configuration;

/// <summary>What this process does. Bound from the root.</summary>
public sealed class RoleSettings
{
    public const string Section = "";

    /// <summary>Which parts run here, separated by commas: gateway answers HTTP, shard holds indexes, encoder runs models. With Cluster:Provider=localhost all of them.</summary>
    [CustomValidation(typeof(RoleSettings), nameof(Check))]
    public string Roles { get; set; } = string.Join(',', SiloRoles.All.Names);

    /// <summary>The roles, as they are asked for.</summary>
    public SiloRoles ToRoles() => SiloRoles.Of(Split(Roles));

    public static ValidationResult? Check(string? roles, ValidationContext context)
    {
        var all = SiloRoles.All.Names;
        var named = Split(roles);
        return named.FirstOrDefault(role => !all.Contains(role)) is { } unknown ? new ValidationResult($"'{unknown}' is no role; the roles are {string.Join(',', all)}")
            : named.Length == 0 ? new ValidationResult($"a process does at least one of {string.Join(',', all)}")
            : ValidationResult.Success;
    }

    private static string[] Split(string? roles) => (roles ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
