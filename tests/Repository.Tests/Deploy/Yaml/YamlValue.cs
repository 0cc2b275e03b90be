using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace ClipOrleans.Repository.Tests.Deploy.Yaml;

/// <summary>
/// YAML as values: null, bool, long, double, string, <see cref="List{T}"/> and <see cref="SortedDictionary{TKey, TValue}"/>,
/// which is what Kubernetes, compose and Helm make of it. What they would disagree about is refused.
/// </summary>
internal static partial class YamlValue
{
    /// <summary>Words that are truth values in YAML 1.1 and texts in 1.2: readers differ, so they must be quoted.</summary>
    private static readonly HashSet<string> s_ambiguous = new(StringComparer.OrdinalIgnoreCase) { "yes", "no", "on", "off", "y", "n" };

    public static object? Read(string text) => ReadAll(text) is [var only] ? only : throw new YamlException("there is not exactly one document");

    /// <summary>All documents that are not empty.</summary>
    public static IReadOnlyList<object?> ReadAll(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return [.. stream.Documents.Select(document => Of(document.RootNode)).Where(value => value is not null)];
    }

    public static string Write(object? value)
    {
        var text = new StringBuilder();
        Write(text, value, 0);
        return text.ToString().TrimEnd('\n');
    }

    private static object? Of(YamlNode node) => node switch
    {
        YamlMappingNode map => new SortedDictionary<string, object?>(map.Children.ToDictionary(pair => Key(pair.Key), pair => Of(pair.Value)), StringComparer.Ordinal),
        YamlSequenceNode list => list.Children.Select(Of).ToList(),
        YamlScalarNode { Style: ScalarStyle.Plain } plain => Plain(plain.Value ?? "", plain),
        YamlScalarNode scalar => scalar.Value ?? "",
        _ => throw new YamlException(node.Start, node.End, "an alias"),
    };

    private static string Key(YamlNode node) => node is YamlScalarNode { Value: { } text } ? text : throw new YamlException(node.Start, node.End, "a key that is no text");

    private static object? Plain(string text, YamlScalarNode node) => text switch
    {
        "" or "~" or "null" => null,
        "true" => true,
        "false" => false,
        _ when s_ambiguous.Contains(text) => throw new YamlException(node.Start, node.End, $"'{text}' is true or false for some readers: quote it"),
        _ when Whole().IsMatch(text) && long.TryParse(text, CultureInfo.InvariantCulture, out var whole) => whole,
        _ when Decimal().IsMatch(text) => double.Parse(text, CultureInfo.InvariantCulture),
        _ when Octal().IsMatch(text) => throw new YamlException(node.Start, node.End, $"'{text}' is octal for some readers"),
        _ => text,
    };

    private static void Write(StringBuilder text, object? value, int indent)
    {
        var margin = new string(' ', indent);
        if (value is SortedDictionary<string, object?> { Count: > 0 } map)
        {
            foreach (var (key, item) in map)
            {
                text.Append(margin).Append(Scalar(key)).Append(':');
                WriteItem(text, item, item is List<object?> ? indent : indent + 2);
            }
        }
        else if (value is List<object?> { Count: > 0 } list)
        {
            foreach (var item in list)
            {
                var inner = new StringBuilder();
                Write(inner, item, indent + 2);
                text.Append(margin).Append("- ").Append(inner.ToString().TrimStart(' '));
            }
        }
        else
        {
            text.Append(margin).Append(Scalar(value)).Append('\n');
        }
    }

    private static void WriteItem(StringBuilder text, object? item, int indent)
    {
        if (item is SortedDictionary<string, object?> { Count: > 0 } or List<object?> { Count: > 0 })
        {
            text.Append('\n');
            Write(text, item, indent);
        }
        else
        {
            text.Append(' ').Append(Scalar(item)).Append('\n');
        }
    }

    private static string Scalar(object? value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        string text => IsPlain(text) ? text : System.Text.Json.JsonSerializer.Serialize(text),
        SortedDictionary<string, object?> => "{}",
        List<object?> => "[]",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new InvalidOperationException($"{value.GetType()} is no YAML"),
    };

    private static bool IsPlain(string text) => PlainText().IsMatch(text) && text is not ("true" or "false" or "null") && !s_ambiguous.Contains(text)
        && !Whole().IsMatch(text) && !Decimal().IsMatch(text);

    [GeneratedRegex(@"^-?(0|[1-9]\d*)$")]
    private static partial Regex Whole();

    [GeneratedRegex(@"^-?(0|[1-9]\d*)?\.\d+([eE][-+]?\d+)?$|^-?\d+[eE][-+]?\d+$")]
    private static partial Regex Decimal();

    [GeneratedRegex(@"^0\d+$")]
    private static partial Regex Octal();

    [GeneratedRegex("^[A-Za-z/][A-Za-z0-9_./-]*$")]
    private static partial Regex PlainText();
}
