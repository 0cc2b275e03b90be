using System.Globalization;
using System.Text.Json;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Indexes;
using ClipOrleans.Gateway.Ingest;
using ClipOrleans.Gateway.Json;
using ClipOrleans.Gateway.Options;
using ClipOrleans.Gateway.Wire;
using ClipOrleans.Vectors.Filters;

namespace ClipOrleans.Gateway.Search;

/// <summary>Reads searches of one index.</summary>
internal sealed class SearchReader(OpenIndex index, LimitOptions limits)
{
    private const int MaxParts = 32;
    private const int MaxFacets = 16;
    private const int MaxGroupSize = 100;
    private const double MaxWeight = 1_000;

    private static readonly IReadOnlyList<string> Members = GatewayJson.MembersOf<SearchRequest>();
    private static readonly IReadOnlyList<string> PartMembers = GatewayJson.MembersOf<QueryPartInput>();
    private static readonly string SourceNames = string.Join(", ", SourceReader.OfQuery.Select(Source.NameOf));

    private readonly SourceReader _sources = new(limits, index);

    public Result<SearchQuery> Read(JsonElement root, string pointer = "")
    {
        var faults = new Faults();
        var fields = JsonFields.Open(root, pointer, faults, Members);
        var parts = ReadParts(fields, faults, pointer);
        var query = ReadRest(fields, faults, parts);
        if (!faults.Any)
            return query;
        query.Dispose();
        return faults.ToError();
    }

    /// <summary>Checks a filter and brings it to the form in which it travels.</summary>
    public static byte[]? ReadFilter(JsonElement filter, FieldSchema schema, string pointer, Faults faults)
    {
        if (!FilterParser.TryParse(filter, schema, out _, out var found))
        {
            faults.Add(found, pointer, Slugs.InvalidFilter, Slugs.UndeclaredField);
            return null;
        }

        var canonical = CanonicalJson.Write(filter);
        if (canonical.Length <= Contracts.Limits.MaxFilterBytes)
            return canonical;
        faults.Add(Slugs.InvalidFilter, pointer, string.Create(CultureInfo.InvariantCulture, $"A filter may have at most {Contracts.Limits.MaxFilterBytes} bytes."));
        return null;
    }

    private SearchQuery ReadRest(JsonFields fields, Faults faults, List<QueryPart> parts)
    {
        var topK = fields.Integer("topK", 1, Contracts.Limits.MaxTopK) ?? 10;
        var offset = fields.Integer("offset", 0, Contracts.Limits.MaxWindow) ?? 0;
        if (topK + offset > Contracts.Limits.MaxWindow)
            fields.Fault("offset", string.Create(CultureInfo.InvariantCulture, $"topK and offset together are at most {Contracts.Limits.MaxWindow}; narrow the filter, or scroll with GET documents."));
        var include = fields.Texts("include", 2, text => text is "metadata" or "vector" ? null : "This must be metadata or vector.") ?? ["metadata"];
        var diversity = fields.Number("diversity", 0, 1) ?? 0;
        if (diversity > 0 && topK + offset > Contracts.Limits.MaxTopK)
            fields.Fault("diversity", string.Create(CultureInfo.InvariantCulture, $"With diversity, topK and offset together are at most {Contracts.Limits.MaxTopK}."));
        var minScore = fields.Number("minScore", -1, 1);
        foreach (var needsQuery in (string[])["minScore", "diversity"])
        {
            if (fields.Has(needsQuery) && parts.Count == 0 && !faults.Any)
                fields.Fault(needsQuery, $"This needs a score, and there is none without one of {SourceNames}, queries.");
        }

        if (fields.Has("groupSize") && !fields.Has("groupBy"))
            fields.Fault("groupSize", "This needs groupBy.");
        return new SearchQuery
        {
            Parts = parts,
            Filter = fields.Object("filter") is { } filter ? ReadFilter(filter, index.Schema, fields.At("filter"), faults) : null,
            TopK = topK,
            Offset = offset,
            MinScore = (float?)minScore,
            Exact = fields.Flag("exact") ?? false,
            IncludeMetadata = include.Contains("metadata", StringComparer.Ordinal),
            IncludeVector = include.Contains("vector", StringComparer.Ordinal),
            Facets = ReadFacets(fields, faults),
            GroupBy = ReadGroupBy(fields, faults),
            GroupSize = fields.Integer("groupSize", 1, MaxGroupSize) ?? 1,
            Diversity = diversity,
            TimeoutMs = fields.Integer("timeoutMs", 1, 60_000),
            FailWhenPartial = fields.Word("partial", "allow", "fail") == "fail",
            Explain = fields.Flag("explain") ?? false,
        };
    }

    private List<QueryPart> ReadParts(JsonFields fields, Faults faults, string pointer)
    {
        var singles = SourceReader.OfQuery.Where(kind => fields.Has(Source.NameOf(kind))).Select(Source.NameOf).ToList();
        var hasQueries = fields.Has("queries");
        if (singles.Count + (hasQueries ? 1 : 0) > 1)
        {
            if (hasQueries)
                singles.Add("queries");
            faults.Malformed(pointer, $"Exactly one of {SourceNames}, queries is needed; these are {string.Join(", ", singles)}.");
            return [];
        }

        if (hasQueries)
            return ReadQueries(fields, faults);
        if (singles.Count == 1)
            return _sources.ReadOne(fields, faults, SourceReader.OfQuery, pointer) is { } source ? [new QueryPart(source, 1)] : [];
        if (fields.IsObject && !fields.Has("filter"))
            faults.Malformed(pointer, $"Exactly one of {SourceNames}, queries is needed, or a filter alone.");
        return [];
    }

    private List<QueryPart> ReadQueries(JsonFields fields, Faults faults)
    {
        var parts = new List<QueryPart>();
        if (fields.Array("queries") is not { } array)
            return parts;
        if (array.GetArrayLength() is 0 or > MaxParts)
        {
            fields.Fault("queries", string.Create(CultureInfo.InvariantCulture, $"There must be 1 to {MaxParts} parts; there are {array.GetArrayLength()}."));
            return parts;
        }

        var i = 0;
        foreach (var item in array.EnumerateArray())
        {
            var pointer = Pointer.Child(fields.At("queries"), i++);
            var part = JsonFields.Open(item, pointer, faults, PartMembers);
            var weight = part.Number("weight", -MaxWeight, MaxWeight) ?? 1;
            if (_sources.ReadOne(part, faults, SourceReader.OfQuery, pointer) is { } source)
                parts.Add(new QueryPart(source, weight));
        }

        return parts;
    }

    private IReadOnlyList<string> ReadFacets(JsonFields fields, Faults faults)
    {
        var names = fields.Texts("facets", MaxFacets, text => text.Length > 0 ? null : "A field has a name.") ?? [];
        for (var i = 0; i < names.Count; i++)
            CheckField(names[i], Pointer.Child(fields.At("facets"), i), faults, "counted", type => type != FieldType.Geo);
        return [.. names.Distinct(StringComparer.Ordinal)];
    }

    private string? ReadGroupBy(JsonFields fields, Faults faults)
    {
        if (fields.Text("groupBy", 1, 128) is not { } name)
            return null;
        CheckField(name, fields.At("groupBy"), faults, "grouped by", type => type is not (FieldType.Geo or FieldType.KeywordList));
        return name;
    }

    private void CheckField(string name, string pointer, Faults faults, string use, Func<FieldType, bool> fits)
    {
        if (!index.Schema.TryGet(name, out _, out var field))
        {
            var declared = index.Schema.Count == 0 ? "none" : string.Join(", ", index.Schema.Fields.Select(known => known.Name));
            faults.Add(Slugs.UndeclaredField, pointer, $"The field '{Pointer.Quote(name)}' is not declared; declared are: {declared}.");
        }
        else if (!fits(field.Type))
        {
            faults.Add(Slugs.UndeclaredField, pointer, $"The field '{name}' is of the type {FieldTypes.ToName(field.Type)}, which can't be {use}.");
        }
    }
}
