using System.ComponentModel.DataAnnotations;

namespace ClipOrleans.Gateway.Options;

/// <summary>Which web pages of other origins may ask this server. Bound from <c>Cors:*</c>.</summary>
public sealed class CorsOptions
{
    public const string Section = "Cors";

    private static readonly char[] s_between = [' ', ','];

    /// <summary>Origins such as https://shop.example, with spaces between them, whose pages may call the API from a browser. Empty: none may.</summary>
    [CustomValidation(typeof(CorsOptions), nameof(Check))]
    public string Origins { get; set; } = "";

    /// <summary>Each of them.</summary>
    internal IReadOnlyList<string> All => Origins.Split(s_between, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>Whether each is an origin as browsers send it, and none stands for all.</summary>
    public static ValidationResult? Check(string? origins, ValidationContext context) =>
        new CorsOptions { Origins = origins ?? "" }.All.FirstOrDefault(origin => !IsOrigin(origin)) is { } wrong
            ? new ValidationResult($"'{wrong}' is no origin: it is http:// or https:// with a host and perhaps a port, and nothing behind", [nameof(Origins)])
            : ValidationResult.Success;

    private static bool IsOrigin(string origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.GetLeftPart(UriPartial.Authority) == origin && url.UserInfo.Length == 0;
}
