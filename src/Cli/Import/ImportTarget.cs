using ClipOrleans.Cli.App;
using ClipOrleans.Cli.Import.Mapping;
using ClipOrleans.Cli.Indexes;
using ClipOrleans.Client;
using ClipOrleans.Client.Errors;
using ClipOrleans.Client.Indexes;

namespace ClipOrleans.Cli.Import;

/// <summary>The index that an import goes into. It is made only when the user said so.</summary>
internal static class ImportTarget
{
    /// <param name="definition">What to create it from when it is not there; null when it has to be.</param>
    public static async Task<IndexDescription> OpenAsync(ClipOrleansClient client, string name, IndexDefinition? definition, CancellationToken stop)
    {
        try
        {
            return await client.GetIndexAsync(name, stop).ConfigureAwait(false);
        }
        catch (ClipOrleansException missing) when (missing.Slug == "index-not-found")
        {
            if (definition is null)
                throw new CliError($"There is no index {name}", $"Create it with \"clip index create {name}\", or add --create and a type to each --map column=field:type");
        }
        return await client.CreateIndexAsync(definition, stop).ConfigureAwait(false);
    }

    /// <summary>The fields that typed mappings declare, each once.</summary>
    public static IReadOnlyList<FieldDefinition> FieldsOf(IEnumerable<ColumnMapping> maps) =>
        [.. maps.Where(map => map.Type is not null).Select(map => new FieldDefinition(map.Field, map.Type!.Value)).Distinct()];

    /// <summary>The index's types by field. A mapping that says another one is a mistake to stop at before the first row.</summary>
    public static IReadOnlyDictionary<string, FieldType> TypesOf(IndexDescription index, IEnumerable<ColumnMapping> maps)
    {
        var types = index.Fields.ToDictionary(field => field.Name, field => field.Type);
        foreach (var map in maps)
        {
            if (map.Type is { } type && types.TryGetValue(map.Field, out var declared) && declared != type)
                throw CliError.Usage($"Index {index.Name} declares {map.Field} as {FieldOption.NameOf(declared)}, not {FieldOption.NameOf(type)}", "Leave the type out of --map");
        }
        return types;
    }
}
