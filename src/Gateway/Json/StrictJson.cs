using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using ClipOrleans.Contracts.Errors;

namespace ClipOrleans.Gateway.Json;

/// <summary>
/// The one way in which JSON from outside becomes a document: valid UTF-8, valid Unicode (no halves of surrogate pairs),
/// no name twice in an object, not deeper than <see cref="MaxDepth"/>, no comments, no trailing commas. After it, no
/// string of the document throws when it is read.
/// </summary>
internal static class StrictJson
{
    public const int MaxDepth = 64;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = MaxDepth };
    private static readonly JsonDocumentOptions WithDuplicates = new() { AllowDuplicateProperties = true, MaxDepth = MaxDepth };

    /// <param name="utf8">The text; it must stay unchanged while the document is used.</param>
    /// <param name="what">What the text is, to start a sentence with.</param>
    /// <param name="slug">The slug of its errors.</param>
    public static Result<JsonDocument> Parse(ReadOnlyMemory<byte> utf8, string what = "The request body", string slug = Slugs.MalformedRequest)
    {
        if (utf8.Span.StartsWith(Encoding.UTF8.Preamble))
            utf8 = utf8[Encoding.UTF8.Preamble.Length..];
        if (utf8.IsEmpty)
            return Error.Of(slug, $"{what} is empty; it must be JSON.");
        if (!Utf8.IsValid(utf8.Span))
            return Error.Of(slug, $"{what} is not valid UTF-8.");
        try
        {
            // Before the names are compared: comparing reads them, and half a pair can't be read.
            return Surrogates.HasLoneEscape(utf8.Span) ? LoneSurrogate(utf8, slug) : JsonDocument.Parse(utf8, Strict);
        }
        catch (JsonException syntax)
        {
            return Explain(utf8, what, slug, syntax);
        }
    }

    /// <summary>What is not JSON, and where.</summary>
    public static Error Describe(JsonException syntax, string what, string slug) =>
        Error.Of(slug, $"{what} is not valid JSON at line {syntax.LineNumber + 1}, byte {syntax.BytePositionInLine + 1}: {Reason(syntax)}");

    private static Error LoneSurrogate(ReadOnlyMemory<byte> utf8, string slug)
    {
        using var document = JsonDocument.Parse(utf8, WithDuplicates);
        return Error.At(slug, "The string escapes half of a surrogate pair, which is no Unicode text.", Surrogates.Find(document.RootElement, "") ?? "");
    }

    private static Error Explain(ReadOnlyMemory<byte> utf8, string what, string slug, JsonException syntax)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8, WithDuplicates);
            if (FindDuplicate(document.RootElement, "") is { } pointer)
                return Error.At(slug, "The member occurs twice in its object.", pointer);
        }
        catch (JsonException)
        {
            // Not only duplicates, then: the first exception tells what it was.
        }

        return Describe(syntax, what, slug);
    }

    private static string Reason(JsonException syntax)
    {
        var message = syntax.Message;
        foreach (var tail in (string[])[" LineNumber:", " Path:", " Change the reader options"])
        {
            var at = message.IndexOf(tail, StringComparison.Ordinal);
            if (at >= 0)
                message = message[..at];
        }

        return Pointer.Quote(message);
    }

    private static string? FindDuplicate(JsonElement element, string pointer)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var names = new HashSet<string>(StringComparer.Ordinal);
                foreach (var member in element.EnumerateObject())
                {
                    if (!Surrogates.TryName(member, out var name))
                        continue;
                    var child = Pointer.Child(pointer, name);
                    if (!names.Add(name))
                        return child;
                    if (FindDuplicate(member.Value, child) is { } found)
                        return found;
                }

                return null;
            case JsonValueKind.Array:
                var index = 0;
                foreach (var item in element.EnumerateArray())
                {
                    if (item.ValueKind is JsonValueKind.Object or JsonValueKind.Array
                        && FindDuplicate(item, Pointer.Child(pointer, index)) is { } found)
                        return found;
                    index++;
                }

                return null;
            default:
                return null;
        }
    }
}
