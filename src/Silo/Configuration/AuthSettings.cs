using System.ComponentModel.DataAnnotations;

namespace ClipOrleans.Silo.Configuration;

/// <summary>Who may do what. Bound from <c>Auth:*</c>.</summary>
public sealed class AuthSettings
{
    public const string Section = "Auth";

    /// <summary>open: requests need no key and belong to the tenant "default"; only while every address is loopback.</summary>
    [AllowedValues("open")]
    public string Mode { get; set; } = "open";
}
