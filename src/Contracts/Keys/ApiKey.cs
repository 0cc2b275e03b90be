using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace ClipOrleans.Contracts.Keys;

/// <summary>
/// An API key as its owner has it: <c>clip_</c>, the ring that holds it, its id there, <c>_</c>, and 256 random bits. Ring and
/// id only lead to where its hash is kept, and name no tenant; whether it counts, the hash says. The text is never kept.
/// </summary>
public readonly struct ApiKey
{
    /// <summary>Characters of a ring: 80 bits, so that nobody meets another tenant's by guessing.</summary>
    public const int RingLength = 16;

    /// <summary>Characters of an id: 50 bits, unique in its ring.</summary>
    public const int IdLength = 10;

    /// <summary>Characters of the whole text.</summary>
    public const int Length = 5 + RingLength + IdLength + 1 + SecretLength;

    private const string Prefix = "clip_";
    private const int SecretBytes = 32;
    private const int SecretLength = 43;

    /// <summary>Letters and digits that nobody takes for each other.</summary>
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    private static readonly SearchValues<char> s_alphabet = SearchValues.Create(Alphabet);

    private readonly string _text;

    private ApiKey(string text) => _text = text;

    public string Ring => _text.Substring(Prefix.Length, RingLength);

    public string Id => _text.Substring(Prefix.Length + RingLength, IdLength);

    public static string NewRing() => RandomNumberGenerator.GetString(Alphabet, RingLength);

    /// <summary>A key that nobody has had before.</summary>
    public static ApiKey New(string ring) => new(
        $"{Prefix}{ring}{RandomNumberGenerator.GetString(Alphabet, IdLength)}_{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes))}");

    public static bool IsRing(string text) => text.Length == RingLength && IsOfAlphabet(text);

    public static bool TryParse(string text, out ApiKey key)
    {
        const int Underscore = 5 + RingLength + IdLength;
        var valid = text.Length == Length && text.StartsWith(Prefix, StringComparison.Ordinal) && text[Underscore] == '_'
            && IsOfAlphabet(text.AsSpan(Prefix.Length, RingLength + IdLength)) && Base64Url.IsValid(text.AsSpan(Underscore + 1));
        key = valid ? new ApiKey(text) : default;
        return valid;
    }

    /// <summary>SHA-256 of the whole text: what is kept and compared.</summary>
    public byte[] Hash() => SHA256.HashData(Encoding.UTF8.GetBytes(_text));

    /// <summary>The text itself, for the one answer that tells it.</summary>
    public string Reveal() => _text;

    /// <summary>Without the secret, since texts end up in logs.</summary>
    public override string ToString() => $"{Prefix}{Ring}{Id}_…";

    private static bool IsOfAlphabet(ReadOnlySpan<char> text) => !text.ContainsAnyExcept(s_alphabet);
}
