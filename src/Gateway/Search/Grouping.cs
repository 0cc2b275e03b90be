using System.Text.Json;
using ClipOrleans.Gateway.Json;

namespace ClipOrleans.Gateway.Search;

/// <summary>Keeps the best hits of each value of a field.</summary>
internal static class Grouping
{
    /// <summary>A hit's value of the field as canonical JSON; null when it has none.</summary>
    public static byte[]? ValueOf(RankedHit hit, string field)
    {
        using var metadata = JsonDocument.Parse(hit.Row!.Metadata);
        return metadata.RootElement.TryGetProperty(field, out var value) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Object or JsonValueKind.Array)
            ? CanonicalJson.Write(value)
            : null;
    }

    /// <param name="hits">In order, with rows.</param>
    /// <param name="field">The field.</param>
    /// <param name="size">Most hits of one value; hits without a value are all kept.</param>
    public static List<RankedHit> Collapse(IReadOnlyList<RankedHit> hits, string field, int size)
    {
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        var kept = new List<RankedHit>();
        foreach (var hit in hits)
        {
            if (ValueOf(hit, field) is { } value)
            {
                var text = System.Text.Encoding.UTF8.GetString(value);
                var count = seen.GetValueOrDefault(text);
                if (count == size)
                    continue;
                seen[text] = count + 1;
            }

            kept.Add(hit);
        }

        return kept;
    }
}
