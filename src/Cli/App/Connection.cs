using System.CommandLine;
using ClipOrleans.Client;

namespace ClipOrleans.Cli.App;

/// <summary>The options that every command has: which server, and with which key.</summary>
internal sealed class Connection
{
    public const string DefaultUrl = "http://127.0.0.1:8080";

    /// <summary>Somebody waits for the answer: long enough for one Retry-After, short enough to say that nothing is there.</summary>
    private static readonly TimeSpan AtThePrompt = TimeSpan.FromSeconds(2);

    private readonly Terminal _terminal;

    public Connection(Terminal terminal)
    {
        _terminal = terminal;
        Url = new Option<string>("--url")
        {
            Description = "The server's address (also CLIP_URL)",
            Recursive = true,
            DefaultValueFactory = _ => terminal.Environment("CLIP_URL") is { Length: > 0 } url ? url : DefaultUrl,
        };
        Url.Validators.Add(result =>
        {
            if (!IsHttp(result.GetValueOrDefault<string>(), out _))
                result.AddError($"--url must be an http or https address such as {DefaultUrl}.");
        });
        Key = new Option<string?>("--key") { Description = "API key (also CLIP_KEY; not needed on loopback)", Recursive = true };
    }

    public Option<string> Url { get; }

    public Option<string?> Key { get; }

    /// <summary>A client for the server that the command line names.</summary>
    /// <param name="retryFor">For how long a busy or missing server is tried; null for a moment only.</param>
    public ClipOrleansClient Open(ParseResult line, TimeSpan? retryFor = null)
    {
        if (!IsHttp(line.GetValue(Url), out var address))
            throw CliError.Usage($"CLIP_URL must be an http or https address such as {DefaultUrl}.");
        var options = new ClipOrleansClientOptions
        {
            BaseAddress = address,
            ApiKey = line.GetValue(Key) ?? _terminal.Environment("CLIP_KEY"),
            Clock = _terminal.Clock,
            RetryFor = retryFor ?? AtThePrompt,
        };
        return new ClipOrleansClient(options);
    }

    private static bool IsHttp(string? text, out Uri address) =>
        Uri.TryCreate(text, UriKind.Absolute, out address!) && address.Scheme is "http" or "https";
}
