using System.CommandLine;
using ClipOrleans.Cli.App;
using ClipOrleans.Client.Indexes;

namespace ClipOrleans.Cli.Indexes;

/// <summary>Field types as they are written on the command line: the JSON names of the API.</summary>
internal static class FieldOption
{
    private static readonly (string Name, FieldType Type)[] Names =
    [
        ("keyword", FieldType.Keyword),
        ("number", FieldType.Number),
        ("boolean", FieldType.Boolean),
        ("datetime", FieldType.DateTime),
        ("keyword[]", FieldType.Keywords),
        ("geo", FieldType.Geo),
    ];

    public static Option<string[]> Build() => new("--field")
    {
        Description = "A metadata field to filter on, name:type, again for each one; types: keyword, number, boolean, datetime, keyword[], geo",
        HelpName = "name:type",
    };

    /// <summary>Reads <c>name:type</c>. The name may hold colons; the type is what follows the last one.</summary>
    public static FieldDefinition Parse(string text)
    {
        var colon = text.LastIndexOf(':');
        return colon > 0
            ? new FieldDefinition(text[..colon], ParseType(text[(colon + 1)..]))
            : throw CliError.Usage($"\"{text}\" is not name:type", "For example --field price:number");
    }

    public static FieldType ParseType(string name)
    {
        foreach (var (each, type) in Names)
        {
            if (each == name)
                return type;
        }
        throw CliError.Usage($"There is no field type \"{name}\"", $"Types are {string.Join(", ", Names.Select(each => each.Name))}");
    }

    public static string NameOf(FieldType type) => Names.First(each => each.Type == type).Name;
}
