using System.Globalization;

namespace ClipOrleans.Gateway.Json;

/// <summary>The one rule for document ids.</summary>
internal static class DocumentIds
{
    /// <returns>Null when the id is good, otherwise what would be right.</returns>
    public static string? Check(string id)
    {
        if (id.Length is 0 or > Contracts.Limits.MaxIdLength)
            return string.Create(CultureInfo.InvariantCulture, $"An id has 1 to {Contracts.Limits.MaxIdLength} characters; this one has {id.Length}.");
        if (id.Any(char.IsControl))
            return "An id has no control characters.";
        return Surrogates.ArePaired(id) ? null : "An id is valid Unicode text; this one has half of a surrogate pair.";
    }
}
