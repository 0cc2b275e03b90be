using System.ComponentModel.DataAnnotations;

namespace ClipOrleans.Gateway.Options;

/// <summary>Who may do what. Bound from <c>Auth:*</c>.</summary>
public sealed class AuthOptions
{
    public const string Section = "Auth";
    public const string OpenMode = "open";
    public const string KeysMode = "keys";

    /// <summary>Fewest characters of an operator key. One that is made here has 256 random bits.</summary>
    public const int MinOperatorKeyLength = 8;

    /// <summary>open: requests need no key and belong to the tenant "default"; only while every address is loopback. keys: every request shows an API key of a tenant, or under /admin the operator's key.</summary>
    [AllowedValues(OpenMode, KeysMode)]
    public string Mode { get; set; } = OpenMode;

    /// <summary>The operator's key, for /admin only: at least 8 characters without spaces, better 32 random ones. In the environment or a file rather than on the command line. Empty: it stands in Auth:OperatorKeyFile.</summary>
    [DataType(DataType.Password), CustomValidation(typeof(AuthOptions), nameof(CheckOperatorKey))]
    public string OperatorKey { get; set; } = "";

    /// <summary>A file that holds the operator's key, for secrets that are mounted; a changed one counts within seconds. Empty, with Auth:Mode=keys and no Auth:OperatorKey: `operator.key` under Storage:Path, made at the first start.</summary>
    public string OperatorKeyFile { get; set; } = "";

    public bool NeedsKeys => Mode == KeysMode;

    /// <summary>Whether a text can be an operator key; an empty one is none and no fault.</summary>
    public static ValidationResult? CheckOperatorKey(string? key, ValidationContext context) =>
        string.IsNullOrEmpty(key) || IsOperatorKey(key)
            ? ValidationResult.Success
            : new ValidationResult("it must have 8 to 512 characters of printable ASCII, and no space", [nameof(OperatorKey)]);

    internal static bool IsOperatorKey(string key) =>
        key.Length is >= MinOperatorKeyLength and <= Auth.Credential.MaxLength && key.All(static c => c is > ' ' and <= '~');
}
