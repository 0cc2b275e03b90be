using ClipOrleans.Contracts.Errors;

namespace ClipOrleans.Gateway.Tests.Fetch;

/// <summary>A way to misuse <c>imageUrl</c>, and the problem that it gets.</summary>
internal sealed record FetchAttack(string Name, string Url, string Slug)
{
    /// <param name="inside">The port of the listener that nobody may reach.</param>
    public static IReadOnlyList<FetchAttack> All(int inside) =>
    [
        .. Schemes(inside), .. Addresses(inside), .. Names(inside), .. Redirects(), .. Answers(),
    ];

    private static IEnumerable<FetchAttack> Schemes(int inside) =>
    [
        Refused("file:", "file:///etc/passwd"),
        Refused("data:", "data:image/png;base64,AAAA"),
        Refused("ftp:", $"ftp://127.0.0.1:{inside}/"),
        Refused("gopher:", $"gopher://127.0.0.1:{inside}/_GET%20/"),
        Refused("unix socket", "unix:///var/run/docker.sock"),
        Refused("relative", "/etc/passwd"),
        Refused("without a scheme", $"//127.0.0.1:{inside}/"),
        Refused("user and password", $"http://user:secret@127.0.0.1:{inside}/"),
        Refused("user that looks like a host", $"http://public.test@127.0.0.1:{inside}/"),
        Refused("longer than 2,048 characters", "http://public.test/" + new string('x', 2_048)),
    ];

    private static IEnumerable<FetchAttack> Addresses(int inside) =>
    [
        Inside("loopback", $"http://127.0.0.1:{inside}/"),
        Inside("loopback by name", $"http://localhost:{inside}/"),
        Inside("loopback elsewhere in 127/8", $"http://127.8.8.8:{inside}/"),
        Inside("this host", $"http://0.0.0.0:{inside}/"),
        Inside("zero", $"http://0:{inside}/"),
        Inside("two parts", $"http://127.1:{inside}/"),
        Inside("decimal", $"http://2130706433:{inside}/"),
        Inside("hexadecimal", $"http://0x7f000001:{inside}/"),
        Inside("hexadecimal part", $"http://0x7f.0.0.1:{inside}/"),
        Inside("octal", $"http://0177.0.0.1:{inside}/"),
        Inside("octal with more zeros", $"http://00000177.0.0.01:{inside}/"),
        Inside("final dot", $"http://127.0.0.1.:{inside}/"),
        Refused("percent-encoded", $"http://%31%32%37.0.0.1:{inside}/"),
        Failed("full-width digits", $"http://１２７.0.0.1:{inside}/"),
        Failed("circled digits", $"http://①②⑦.⓪.⓪.①:{inside}/"),
        Inside("IPv6 loopback", $"http://[::1]:{inside}/"),
        Inside("IPv6 loopback in full", $"http://[0:0:0:0:0:0:0:1]:{inside}/"),
        Inside("IPv6 this host", $"http://[::]:{inside}/"),
        Inside("IPv4-mapped", $"http://[::ffff:127.0.0.1]:{inside}/"),
        Inside("IPv4-mapped in hexadecimal", $"http://[::ffff:7f00:1]:{inside}/"),
        Inside("IPv4-compatible", $"http://[::127.0.0.1]:{inside}/"),
        Inside("IPv4-translated", $"http://[::ffff:0:127.0.0.1]:{inside}/"),
        Inside("NAT64", $"http://[64:ff9b::127.0.0.1]:{inside}/"),
        Inside("6to4", $"http://[2002:7f00:1::]:{inside}/"),
        Inside("link-local with a zone", $"http://[fe80::1%25lo]:{inside}/"),
        Inside("unique local", $"http://[fd00:ec2::254]:{inside}/"),
        Inside("metadata service", "http://169.254.169.254/latest/meta-data/"),
        Inside("private network", "http://10.0.0.1/"),
        Inside("carrier-grade NAT", "http://100.100.100.200/"),
        Inside("multicast", "http://224.0.0.1/"),
        Inside("broadcast", "http://255.255.255.255/"),
    ];

    private static IEnumerable<FetchAttack> Names(int inside) =>
    [
        Inside("a name for loopback", $"http://inside.test:{inside}/"),
        Inside("a name for IPv6 loopback", $"http://inside6.test:{inside}/"),
        Inside("a name for an IPv4-mapped address", $"http://mapped.test:{inside}/"),
        Inside("a name for the metadata service", "http://metadata.test/"),
        Inside("a name for a public address and loopback", $"http://mixed.test:{inside}/"),
        Failed("a name that changes between check and connection", $"http://rebinds.test:{inside}/gone"),
        Inside("a name that changes between two fetches", $"http://rebinds.test:{inside}/gone"),
        Inside("a name that changes during a redirect", "http://public.test/to-rebound"),
        Failed("a name without an address", "http://nowhere.test/"),
        Failed("a name that is not known", "http://unknown.test/"),
        Failed("a resolver that never answers", "http://never.test/"),
    ];

    private static IEnumerable<FetchAttack> Redirects() =>
    [
        Inside("redirect to loopback", "http://public.test/to-inside"),
        Inside("redirect to a name for loopback", "http://public.test/to-inside-name"),
        Inside("redirect to a decimal address", "http://public.test/to-inside-decimal"),
        Inside("redirect to an IPv4-mapped address", "http://public.test/to-inside-mapped"),
        Inside("redirect without a scheme", "http://public.test/to-inside-schemeless"),
        Failed("redirect to file:", "http://public.test/to-file"),
        Failed("redirect to data:", "http://public.test/to-data"),
        Failed("redirect with a password", "http://public.test/to-user"),
        Failed("redirect to itself", "http://public.test/to-itself"),
        Failed("redirect to and fro", "http://public.test/ping"),
    ];

    private static IEnumerable<FetchAttack> Answers() =>
    [
        Failed("silence", "http://public.test/silent"),
        Failed("one byte a second of the body", "http://public.test/dripping-body"),
        Failed("one byte a second of the head", "http://public.test/dripping-head"),
        Failed("endless headers", "http://public.test/endless-head"),
        Failed("endless header line", "http://public.test/endless-header-line"),
        Failed("endless interim answers", "http://public.test/endless-interim"),
        Failed("endless chunk extension", "http://public.test/endless-chunk-extension"),
        Failed("chunk of more than 64 bits", "http://public.test/huge-chunk"),
        new("negative length", "http://public.test/announces-less-than-nothing", Slugs.ImageUndecodable),
        new("two lengths", "http://public.test/two-lengths", Slugs.ImageUndecodable),
        Failed("end before the end", "http://public.test/breaks-off"),
        Failed("not HTTP", "http://public.test/not-http"),
        new("endless body", "http://public.test/endless-body", Slugs.ImageTooLarge),
        new("endless chunks", "http://public.test/endless-chunks", Slugs.ImageTooLarge),
        new("a terabyte announced", "http://public.test/announces-terabyte", Slugs.ImageTooLarge),
        new("gzip bomb", "http://public.test/gzip-bomb", Slugs.ImageUndecodable),
        new("HTML that says it is PNG", "http://public.test/html", Slugs.ImageUndecodable),
        new("SVG with a link inside", "http://public.test/svg", Slugs.ImageFormatNotSupported),
    ];

    private static FetchAttack Refused(string name, string url) => new(name, url, Slugs.MalformedRequest);

    private static FetchAttack Inside(string name, string url) => new(name, url, Slugs.AddressNotAllowed);

    private static FetchAttack Failed(string name, string url) => new(name, url, Slugs.ImageFetchFailed);
}
