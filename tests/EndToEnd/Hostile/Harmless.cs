using ClipOrleans.EndToEnd.Http;

namespace ClipOrleans.EndToEnd.Hostile;

/// <summary>What a bad request may come back as: the sender's mistake, explained, without the server's insides.</summary>
internal static class Harmless
{
    /// <summary>Shorter than this, a detail says that something is wrong and not what would be right.</summary>
    private const int UsefulDetail = 15;

    /// <summary>What only a server that tells its insides writes.</summary>
    private static readonly string[] Insides = ["   at ", "Exception", "NetVips", "Microsoft.", "System."];

    /// <summary>Null if the answer is a 4xx with a useful problem, otherwise what is wrong with it.</summary>
    public static string? WrongWith(Answer answer)
    {
        if (answer.Code is < 400 or >= 500)
        {
            return $"{answer.Code}: {answer.Text}";
        }

        try
        {
            answer.Slug();
        }
        catch (Exception e) when (e is Xunit.Sdk.XunitException or System.Text.Json.JsonException)
        {
            return e.Message;
        }

        var detail = (string)answer.Json["detail"]!;
        return detail.Length < UsefulDetail || Insides.Any(inside => answer.Text.Contains(inside, StringComparison.Ordinal)) ? answer.Text : null;
    }
}
