using System.Diagnostics.CodeAnalysis;

namespace ClipOrleans.Gateway.Fetch;

/// <summary>Which URLs an image may have.</summary>
internal static class ImageUrls
{
    public const int MaxLength = 2_048;

    public const string Rule = "An image URL is absolute, http or https, without user name and password, of at most 2,048 characters";

    public static bool TryParse(string text, [NotNullWhen(true)] out Uri? url) =>
        Uri.TryCreate(text.Length <= MaxLength ? text : null, UriKind.Absolute, out url) && IsAllowed(url);

    public static bool IsAllowed(Uri url) =>
        url.IsAbsoluteUri
        && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)
        && url.UserInfo.Length == 0
        && HasHost(url);

    /// <summary>A host may be one to the parser of URLs and still have no name in DNS: asking for it throws.</summary>
    private static bool HasHost(Uri url)
    {
        try
        {
            return url.IdnHost.Length > 0;
        }
        catch (UriFormatException)
        {
            return false;
        }
    }
}
