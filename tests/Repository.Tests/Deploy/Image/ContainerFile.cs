using System.Text.Json;
using System.Text.RegularExpressions;
using ClipOrleans.Repository.Tests.Sources;

namespace ClipOrleans.Repository.Tests.Deploy.Image;

/// <summary>One instruction of a container file: its line, its name in capitals, what follows it with continued lines joined.</summary>
internal sealed record Instruction(int Line, string Name, string Rest)
{
    public IEnumerable<string> Words => Rest.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Options as in <c>COPY --from=build</c>.</summary>
    public string? Option(string name) =>
        Words.TakeWhile(word => word.StartsWith("--", StringComparison.Ordinal))
            .FirstOrDefault(word => word.StartsWith($"--{name}=", StringComparison.Ordinal))?[(name.Length + 3)..];

    public IReadOnlyList<string> Operands => [.. Words.SkipWhile(word => word.StartsWith("--", StringComparison.Ordinal))];

    /// <summary>The words of the JSON form, null when it is the shell form.</summary>
    public IReadOnlyList<string>? JsonForm => Rest.IndexOf('[', StringComparison.Ordinal) is >= 0 and var start && Rest.EndsWith(']')
        ? JsonSerializer.Deserialize<string[]>(Rest[start..])
        : null;
}

/// <summary>A stage: the image it stands on with arguments put in, its name, its instructions.</summary>
internal sealed record Stage(Instruction From, string Image, string? Name, IReadOnlyList<Instruction> Instructions)
{
    public IEnumerable<Instruction> All(string name) => Instructions.Where(instruction => instruction.Name == name);
}

/// <summary>A container file, read as its builder reads it, as far as ours goes.</summary>
internal sealed partial record ContainerFile(RepositoryFile File, IReadOnlyDictionary<string, string> Arguments, IReadOnlyList<Stage> Stages)
{
    public Stage Last => Stages[^1];

    public static ContainerFile Read(RepositoryFile file)
    {
        var instructions = Parse(file).ToList();
        var arguments = instructions.TakeWhile(instruction => instruction.Name != "FROM").Where(instruction => instruction.Name == "ARG")
            .Select(argument => argument.Rest.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair.ElementAtOrDefault(1) ?? "");
        var stages = new List<Stage>();
        foreach (var instruction in instructions.SkipWhile(instruction => instruction.Name != "FROM"))
        {
            if (instruction.Name == "FROM")
            {
                var operands = instruction.Operands;
                var image = Variable().Replace(operands[0], name => arguments[name.Groups[1].Value]);
                stages.Add(new Stage(instruction, image, operands is [_, "AS", var alias] ? alias : null, []));
            }
            else
            {
                stages[^1] = stages[^1] with { Instructions = [.. stages[^1].Instructions, instruction] };
            }
        }

        return new ContainerFile(file, arguments, stages);
    }

    private static IEnumerable<Instruction> Parse(RepositoryFile file)
    {
        var lines = file.Lines;
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].Length == 0 || lines[i].StartsWith('#'))
                continue;
            var start = i;
            var text = lines[i].Trim();
            while (text.EndsWith('\\'))
                text = text[..^1] + lines[++i].Trim();
            var parts = text.Split(' ', 2, StringSplitOptions.TrimEntries);
            yield return new Instruction(start + 1, parts[0].ToUpperInvariant(), parts.ElementAtOrDefault(1) ?? "");
        }
    }

    [GeneratedRegex(@"\$\{(\w+)\}")]
    private static partial Regex Variable();
}
