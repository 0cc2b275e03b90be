using System.Text.Json.Nodes;

namespace ClipOrleans.EndToEnd.Documents;

/// <summary>An answer without what may differ between two runs of the same query: its id and its times.</summary>
internal static class Comparable
{
    public static string Of(JsonObject answer, params string[] alsoWithout)
    {
        var copy = answer.DeepClone().AsObject();
        foreach (var member in (string[])["queryId", "tookMs", .. alsoWithout])
        {
            copy.Remove(member);
        }

        return copy.ToJsonString();
    }
}
