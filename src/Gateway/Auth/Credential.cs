using System.Security.Cryptography;
using System.Text;
using ClipOrleans.Contracts.Errors;

namespace ClipOrleans.Gateway.Auth;

/// <summary>The key that a request shows, in <c>Authorization: Bearer</c> or <c>x-api-key</c>. It is compared by its hash and never told to anyone.</summary>
internal readonly struct Credential
{
    public const string KeyHeader = "x-api-key";

    /// <summary>Characters of a key: ours have 79, an operator may choose longer ones.</summary>
    public const int MaxLength = 512;

    private const string Scheme = "Bearer ";

    private Credential(string key) => Key = key;

    /// <summary>Empty where the request shows none.</summary>
    public string Key { get; }

    public bool IsMissing => Key.Length == 0;

    public static bool IsShown(HttpRequest request) => request.Headers.ContainsKey(KeyHeader) || request.Headers.Authorization.Count > 0;

    /// <returns>The key, or unauthorized where headers are there that show none, or two.</returns>
    public static Result<Credential> Of(HttpRequest request)
    {
        var (bearer, plain) = (request.Headers.Authorization, request.Headers[KeyHeader]);
        if (bearer.Count > 1 || plain.Count > 1)
            return Wrong("A request shows its key once.");
        if (bearer.Count == 1 && !bearer[0]!.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return Wrong($"The Authorization header must be '{Scheme}<key>'.");
        var first = bearer.Count == 1 ? bearer[0]![Scheme.Length..].Trim() : "";
        var second = plain.Count == 1 ? plain[0]!.Trim() : first;
        if (first.Length > 0 && first != second)
            return Wrong($"Authorization and {KeyHeader} show different keys: send one of them.");
        return second.Length > MaxLength ? Wrong("This is no key.") : new Credential(second);
    }

    /// <summary>SHA-256 of the key: all that is ever compared or handed on.</summary>
    public byte[] Hash() => SHA256.HashData(Encoding.UTF8.GetBytes(Key));

    private static Error Wrong(string detail) => Error.Of(Slugs.Unauthorized, detail);
}
