using System.Text.Json;

namespace ClipOrleans.Vectors.Filters;

/// <summary>Reads member names strictly: Unicode, and each once in an object.</summary>
internal static class MemberName
{
    /// <returns>The name, or null after a fault was noted.</returns>
    public static string? Read(JsonProperty member, HashSet<string> seen, string pointer, FaultList faults)
    {
        if (!JsonScalars.TryName(member, out var name))
        {
            faults.Malformed(pointer, "A member name is not valid Unicode.");
            return null;
        }

        if (seen.Add(name))
            return name;
        faults.Malformed(JsonPointer.Child(pointer, name), $"'{JsonPointer.Shorten(name)}' occurs twice in one object.");
        return null;
    }
}
