using System.ComponentModel.DataAnnotations;

namespace ClipOrleans.Gateway.Options;

/// <summary>How images are fetched from the web. Bound from <c>Fetch:*</c>.</summary>
public sealed class FetchOptions
{
    public const string Section = "Fetch";

    /// <summary>
    /// Fetch from loopback, private and other special addresses too. Default false: an image URL is a way into the
    /// operator's network. For tests and closed networks.
    /// </summary>
    public bool AllowPrivateNetworks { get; set; }

    /// <summary>Seconds from the first connection to the last byte, redirects included. Default 10.</summary>
    [Range(1, 300)]
    public int TimeoutSeconds { get; set; } = 10;

    /// <summary>Redirects followed. Default 3.</summary>
    [Range(0, 3)]
    public int MaxRedirects { get; set; } = 3;

    /// <summary>Fetches at once, all requests together. Default 16.</summary>
    [Range(1, 1_024)]
    public int Parallel { get; set; } = 16;
}
