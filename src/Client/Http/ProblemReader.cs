using System.Text;
using System.Text.Json;
using ClipOrleans.Client.Errors;
using ClipOrleans.Client.Json;

namespace ClipOrleans.Client.Http;

/// <summary>Reads the problem from an answer; also from answers of something else that stands in between.</summary>
internal static class ProblemReader
{
    private const int LongestQuote = 300;

    public static Problem Read(ApiAnswer answer)
    {
        if (answer.MediaType.EndsWith("json", StringComparison.OrdinalIgnoreCase))
        {
            try
            {
                if (JsonSerializer.Deserialize(answer.Body, ClientJson.Default.Problem) is { } told)
                    return told.Status == 0 ? told with { Status = (int)answer.Status } : told;
            }
            catch (JsonException)
            {
                return Quote(answer); // The status still tells what happened, and the text is shown as it came.
            }
        }
        return Quote(answer);
    }

    private static Problem Quote(ApiAnswer answer)
    {
        var text = Encoding.UTF8.GetString(answer.Body.AsSpan(0, Math.Min(answer.Body.Length, LongestQuote))).Trim();
        return new Problem
        {
            Title = $"HTTP {(int)answer.Status} {answer.Status}",
            Status = (int)answer.Status,
            Detail = text.Length > 0 ? text : null,
        };
    }
}
