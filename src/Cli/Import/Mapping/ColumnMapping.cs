using ClipOrleans.Cli.App;
using ClipOrleans.Cli.Indexes;
using ClipOrleans.Client.Indexes;

namespace ClipOrleans.Cli.Import.Mapping;

/// <summary>One <c>--map column=field[:type]</c>: which column becomes which metadata member.</summary>
/// <param name="Type">What its values become; null leaves that to the index.</param>
internal sealed record ColumnMapping(string Column, string Field, FieldType? Type)
{
    public static ColumnMapping Parse(string text)
    {
        var equals = text.IndexOf('=');
        if (equals <= 0 || equals == text.Length - 1)
            throw CliError.Usage($"\"{text}\" is not column=field or column=field:type", "For example --map \"Unit price=price:number\"");
        var (column, target) = (text[..equals], text[(equals + 1)..]);
        var colon = target.LastIndexOf(':');
        if (colon < 0)
            return new ColumnMapping(column, target, null);
        var field = FieldOption.Parse(target);
        return new ColumnMapping(column, field.Name, field.Type);
    }
}
