using System.Buffers;
using System.Text.Json;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Fuzz.Engine;
using ClipOrleans.Gateway.Errors;
using ClipOrleans.Gateway.Wire;

namespace ClipOrleans.Fuzz.Targets;

/// <summary>What a caller hears of a request that was refused.</summary>
internal static class Answers
{
    /// <summary>A problem is at most as large as 32 faults with their names cut.</summary>
    private const int MaxProblemBytes = 128 * 1024;

    private static readonly SearchValues<char> Given = SearchValues.Create("'\"0123456789;");

    /// <summary>Checks that the error has its row in the table and becomes a problem of bounded size.</summary>
    /// <returns>Its word for telling inputs apart.</returns>
    public static string Refusal(Error error)
    {
        BrokenPromiseException.Unless(ErrorTable.AllSlugs.Contains(error.Slug), $"the slug has no row: {error.Slug}");
        var row = ErrorTable.Of(error.Slug);
        BrokenPromiseException.Unless(row.Status is >= 400 and < 500, $"bad input is no fault of the server's: {error.Slug} {error.Detail}");
        var body = JsonSerializer.SerializeToUtf8Bytes(Problem.Of(error), GatewayJson.Relaxed.Problem);
        BrokenPromiseException.Unless(body.Length <= MaxProblemBytes, $"a problem of so many bytes: {body.Length}");
        using var parsed = JsonDocument.Parse(body);
        BrokenPromiseException.Unless(parsed.RootElement.GetProperty("detail").GetString()!.Length > 0, "a problem without a word");
        return $"{error.Slug} {string.Join(' ', error.Fields.IsDefaultOrEmpty ? [Words(error.Detail)] : error.Fields.Take(4).Select(field => Words(field.Pointer) + ":" + Words(field.Message)))}";
    }

    /// <summary>The text without what inputs put into it: its letters up to the first quote or digit.</summary>
    private static string Words(string text)
    {
        var end = text.AsSpan().IndexOfAnyExceptInRange(' ', 'z');
        var words = end < 0 ? text : text[..end];
        var quote = words.AsSpan().IndexOfAny(Given);
        return quote < 0 ? words : words[..quote];
    }
}
