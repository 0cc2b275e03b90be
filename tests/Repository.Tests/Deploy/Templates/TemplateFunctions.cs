using System.Collections;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using ClipOrleans.Repository.Tests.Deploy.Yaml;

namespace ClipOrleans.Repository.Tests.Deploy.Templates;

/// <summary>The functions of Go's templates, Sprig and Helm that the chart uses, with their meaning there. Another name is refused.</summary>
internal static partial class TemplateFunctions
{
    public static object? Call(string name, IReadOnlyList<object?> arguments)
    {
        try
        {
            return name switch
            {
                "eq" => Equal(arguments[0], arguments[1]),
                "ne" => !Equal(arguments[0], arguments[1]),
                "gt" => Whole(arguments[0]) > Whole(arguments[1]),
                "lt" => Whole(arguments[0]) < Whole(arguments[1]),
                "not" => !IsTrue(arguments[0]),
                "default" => IsTrue(arguments[1]) ? arguments[1] : arguments[0],
                "required" => arguments[1] is null or "" ? throw new TemplateException(Text(arguments[0])) : arguments[1],
                "fail" => throw new TemplateException(Text(arguments[0])),
                "printf" => Format(Text(arguments[0]), [.. arguments.Skip(1)]),
                "quote" => $"\"{Text(arguments[0]).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}\"",
                "toYaml" => YamlValue.Write(arguments[0]),
                "indent" => Indent(Whole(arguments[0]), Text(arguments[1])),
                "nindent" => "\n" + Indent(Whole(arguments[0]), Text(arguments[1])),
                "replace" => Text(arguments[2]).Replace(Text(arguments[0]), Text(arguments[1]), StringComparison.Ordinal),
                "trunc" => Text(arguments[1]) is var text && text.Length > Whole(arguments[0]) ? text[..(int)Whole(arguments[0])] : text,
                "trimSuffix" => Text(arguments[1]) is var text && text.EndsWith(Text(arguments[0]), StringComparison.Ordinal) ? text[..^Text(arguments[0]).Length] : text,
                "contains" => Text(arguments[1]).Contains(Text(arguments[0]), StringComparison.Ordinal),
                "hasKey" => ((SortedDictionary<string, object?>)arguments[0]!).ContainsKey(Text(arguments[1])),
                "add" => arguments.Sum(Whole),
                "int" => Whole(arguments[0]),
                "list" => arguments.ToList(),
                "dict" => Dictionary(arguments),
                "join" => string.Join(Text(arguments[0]), ((List<object?>)arguments[1]!).Select(Text)),
                "sha256sum" => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text(arguments[0])))),
                _ => throw new TemplateException($"the function {name} is not in the subset that the chart keeps to"),
            };
        }
        catch (Exception fault) when (fault is InvalidCastException or ArgumentOutOfRangeException or FormatException)
        {
            throw new TemplateException($"{name} does not take {string.Join(", ", arguments.Select(argument => argument ?? "nil"))}");
        }
    }

    /// <summary>Go's truth: false, zero, nothing and what is empty are false.</summary>
    public static bool IsTrue(object? value) => value switch
    {
        null => false,
        bool flag => flag,
        string text => text.Length > 0,
        ICollection items => items.Count > 0,
        long number => number != 0,
        double number => number != 0,
        _ => true,
    };

    /// <summary>A value as it is printed into the text.</summary>
    public static string Text(object? value) => value switch
    {
        string text => text,
        bool flag => flag ? "true" : "false",
        // Helm's numbers are floating-point numbers, and from a million on Go prints them with an exponent.
        long number => Math.Abs(number) < 1_000_000 ? number.ToString(CultureInfo.InvariantCulture) : throw new TemplateException($"Helm prints {number} as 1e+06 and the like: make it a text"),
        double number => number.ToString(CultureInfo.InvariantCulture),
        null => throw new TemplateException("nothing is there to be printed"),
        _ => throw new TemplateException("a list or a map is printed as Go writes it: use toYaml"),
    };

    private static long Whole(object? value) => (long)value!;

    private static bool Equal(object? one, object? other) =>
        one is null || other is null || one.GetType() == other.GetType() ? Equals(one, other) : throw new TemplateException($"Go does not compare {one} with {other}");

    private static string Indent(long spaces, string text) =>
        string.Join('\n', text.Split('\n').Select(line => new string(' ', (int)spaces) + line));

    private static string Format(string format, IReadOnlyList<object?> arguments)
    {
        var next = 0;
        var text = FormatVerb().Replace(format, verb => verb.Value switch
        {
            "%%" => "%",
            "%s" => (string)arguments[next++]!,
            "%d" => Text((long)arguments[next++]!),
            "%v" => Text(arguments[next++]),
            _ => throw new TemplateException($"printf: {verb.Value} is not in the subset that the chart keeps to"),
        });
        return next == arguments.Count ? text : throw new TemplateException($"printf: '{format}' does not take {arguments.Count} values");
    }

    private static SortedDictionary<string, object?> Dictionary(IReadOnlyList<object?> arguments)
    {
        var map = new SortedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var pair in arguments.Chunk(2))
            map[(string)pair[0]!] = pair[1];
        return map;
    }

    [GeneratedRegex("%.")]
    private static partial Regex FormatVerb();
}
