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
        Key = new Option<string?>("--key") { Description = "API key (also CLIP_KEY; not needed on loopback). A file is safer: shells remember what was typed", Recursive = true };
        KeyFile = new Option<string?>("--key-file") { Description = "File that holds the API key (also CLIP_KEY_FILE)", Recursive = true };
    }

    public Option<string> Url { get; }

    public Option<string?> Key { get; }

    public Option<string?> KeyFile { get; }

    /// <summary>A client for the server that the command line names.</summary>
    /// <param name="retryFor">For how long a busy or missing server is tried; null for a moment only.</param>
    public ClipOrleansClient Open(ParseResult line, TimeSpan? retryFor = null) => Open(line, KeyOf(line), retryFor);

    /// <summary>The same server with another key.</summary>
    public ClipOrleansClient Open(ParseResult line, string? key, TimeSpan? retryFor = null)
    {
        if (!IsHttp(line.GetValue(Url), out var address))
            throw CliError.Usage($"CLIP_URL must be an http or https address such as {DefaultUrl}.");
        var options = new ClipOrleansClientOptions
        {
            BaseAddress = address,
            ApiKey = key,
            Clock = _terminal.Clock,
            RetryFor = retryFor ?? AtThePrompt,
        };
        return new ClipOrleansClient(options);
    }

    /// <summary>What is typed comes before what the environment says. Two keys in one place are a mistake: which one counts is not guessed.</summary>
    private string? KeyOf(ParseResult line)
    {
        var (key, file) = (line.GetValue(Key), line.GetValue(KeyFile));
        if (key is not null && file is not null)
            throw CliError.Usage("--key and --key-file both give a key", "Leave one of them out");
        if (key is null && file is null)
        {
            (key, file) = (Variable("CLIP_KEY"), Variable("CLIP_KEY_FILE"));
            if (key is not null && file is not null)
                throw CliError.Usage("CLIP_KEY and CLIP_KEY_FILE both give a key", "Unset one of them");
        }

        return file is null ? key : KeyText.Read(file);

        string? Variable(string name) => _terminal.Environment(name) is { Length: > 0 } value ? value : null;
    }

    private static bool IsHttp(string? text, out Uri address) =>
        Uri.TryCreate(text, UriKind.Absolute, out address!) && address.Scheme is "http" or "https";
}
