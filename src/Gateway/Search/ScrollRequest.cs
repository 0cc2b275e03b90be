using System.Globalization;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Indexes;
using ClipOrleans.Gateway.Json;

namespace ClipOrleans.Gateway.Search;

/// <summary>A page of a scroll, checked.</summary>
internal sealed record ScrollRequest(int Limit, string? AfterId, byte[]? Filter, bool IncludeVector)
{
    private const int DefaultLimit = 100;

    /// <summary>Reads the query parameters, as they are in the URL.</summary>
    public static Result<ScrollRequest> Read(OpenIndex index, string? limit, string? cursor, string? filter, string? include)
    {
        var faults = new Faults();
        var count = ReadLimit(limit, faults);
        var after = cursor is null ? null : Take(ScrollCursor.Read(cursor), faults);
        var withVector = Take(ReadInclude(include), faults);
        var canonical = filter is null ? null : ReadFilter(index, filter, faults);
        return faults.Any ? faults.ToError() : new ScrollRequest(count, after, canonical, withVector);
    }

    /// <returns>Whether embeddings are wanted.</returns>
    public static Result<bool> ReadInclude(string? include) => include switch
    {
        null => false,
        "vector" => true,
        _ => Error.At(Slugs.MalformedRequest, $"The only thing to include is vector, not '{Pointer.Quote(include)}'.", "/include"),
    };

    private static int ReadLimit(string? limit, Faults faults)
    {
        if (limit is null)
            return DefaultLimit;
        if (int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is >= 1 and <= Contracts.Limits.MaxTopK)
            return count;
        faults.Malformed("/limit", string.Create(CultureInfo.InvariantCulture, $"This must be a whole number from 1 to {Contracts.Limits.MaxTopK}, not '{Pointer.Quote(limit)}'."));
        return DefaultLimit;
    }

    private static byte[]? ReadFilter(OpenIndex index, string filter, Faults faults)
    {
        var parsed = StrictJson.Parse(System.Text.Encoding.UTF8.GetBytes(filter), "The filter", Slugs.InvalidFilter);
        if (!parsed.IsSuccess)
        {
            foreach (var field in parsed.Error.Fields.IsDefaultOrEmpty ? [new FieldError("", parsed.Error.Detail)] : parsed.Error.Fields)
                faults.Add(Slugs.InvalidFilter, "/filter" + field.Pointer, field.Message);
            return null;
        }

        using var document = parsed.Value;
        return SearchReader.ReadFilter(document.RootElement, index.Schema, "/filter", faults);
    }

    private static T? Take<T>(Result<T> result, Faults faults)
    {
        if (result.IsSuccess)
            return result.Value;
        faults.Add(result.Error);
        return default;
    }
}
