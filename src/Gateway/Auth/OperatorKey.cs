using System.Security.Cryptography;
using System.Text;
using ClipOrleans.Gateway.Options;
using Microsoft.Extensions.Options;

namespace ClipOrleans.Gateway.Auth;

/// <summary>
/// The key of whoever runs the service. One that stands in a file is read again while it is asked for, so that it can be
/// changed without a restart; what cannot be read then leaves the former key in place. Only its hash is kept.
/// </summary>
internal sealed partial class OperatorKey(IOptions<AuthOptions> options, TimeProvider clock, ILogger<OperatorKey> logger)
{
    /// <summary>How old what is known of the file may be.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private readonly Lock _reading = new();
    private byte[]? _hash;
    private long _readAt;

    /// <param name="hash">SHA-256 of the key that is shown.</param>
    public bool Is(ReadOnlySpan<byte> hash) => Hash() is { } own && CryptographicOperations.FixedTimeEquals(own, hash);

    /// <returns>The key in a file, or why there is none.</returns>
    internal static (string? Key, string? Problem) Read(string file)
    {
        try
        {
            using var reader = new StreamReader(file);
            var buffer = new char[Credential.MaxLength + 2];
            var key = new string(buffer, 0, reader.ReadBlock(buffer)).Trim();
            return AuthOptions.IsOperatorKey(key) ? (key, null) : (null, $"{file} holds no key: one line of {AuthOptions.MinOperatorKeyLength} to {Credential.MaxLength} printable characters without spaces");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return (null, $"{file} cannot be read: {fault.Message}");
        }
    }

    private byte[]? Hash()
    {
        lock (_reading)
        {
            if (_hash is not null && (options.Value.OperatorKey.Length > 0 || clock.GetElapsedTime(_readAt) < Fresh))
                return _hash;
            var (key, problem) = options.Value.OperatorKey is { Length: > 0 } given ? (given, null) : Read(options.Value.OperatorKeyFile);
            _readAt = clock.GetTimestamp();
            if (key is null)
                LogUnreadable(problem!);
            else
                _hash = SHA256.HashData(Encoding.UTF8.GetBytes(key));
            return _hash;
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Auth:OperatorKeyFile: {Problem}. The key that was read before stays")]
    private partial void LogUnreadable(string problem);
}

/// <summary>That there is an operator key where one is needed is found out at the start, not at the first request.</summary>
internal sealed class OperatorKeyCheck : IValidateOptions<AuthOptions>
{
    public ValidateOptionsResult Validate(string? name, AuthOptions options)
    {
        if (!options.NeedsKeys || options.OperatorKey.Length > 0)
            return ValidateOptionsResult.Success;
        if (options.OperatorKeyFile.Length == 0)
            return ValidateOptionsResult.Fail("Auth:OperatorKeyFile: Auth:Mode=keys needs it, or Auth:OperatorKey");
        return OperatorKey.Read(options.OperatorKeyFile).Problem is { } problem ? ValidateOptionsResult.Fail($"Auth:OperatorKeyFile: {problem}") : ValidateOptionsResult.Success;
    }
}
