namespace ClipOrleans.Storage.Tests.Damage;

/// <summary>What a device, an operator or a bug may do to the files of a shard, chosen by chance.</summary>
/// <param name="Kind">For the report.</param>
/// <param name="Files">Names of the files that are not what they were.</param>
/// <param name="Detail">Where, for the message of a failed test.</param>
internal sealed record Damage(string Kind, IReadOnlyList<string> Files, string Detail)
{
    private const int BlockBytes = 4096;

    public static readonly string[] Kinds =
        ["bit flipped", "bits flipped", "cut short", "emptied", "page zeroed", "tail zeroed", "noise", "removed", "made longer", "swapped", "overwritten by another"];

    /// <summary>Damages one file (or two) of a directory whose other files stay as they are.</summary>
    /// <param name="directory">Of the shard.</param>
    /// <param name="files">From which to choose.</param>
    /// <param name="chance">Decides.</param>
    public static Damage Do(string directory, IReadOnlyList<string> files, Random chance)
    {
        var byKind = files.GroupBy(KindOf).ToList();
        var ofKind = byKind[chance.Next(byKind.Count)].ToList();
        var name = ofKind[chance.Next(ofKind.Count)];
        var path = Path.Combine(directory, name);
        var bytes = File.ReadAllBytes(path);
        var at = bytes.Length == 0 ? 0 : chance.Next(bytes.Length);
        var kind = Kinds[chance.Next(Kinds.Length)];
        switch (kind)
        {
            case "bit flipped":
                Flip(bytes, at, chance);
                break;
            case "bits flipped":
                for (var i = chance.Next(2, 20); i > 0; i--)
                    Flip(bytes, bytes.Length == 0 ? 0 : chance.Next(bytes.Length), chance);
                break;
            case "cut short":
                bytes = bytes[..at];
                break;
            case "emptied":
                bytes = [];
                break;
            case "page zeroed":
                at -= at % BlockBytes;
                bytes.AsSpan(at, Math.Min(BlockBytes, bytes.Length - at)).Clear();
                break;
            case "tail zeroed":
                bytes.AsSpan(at).Clear();
                break;
            case "noise":
                chance.NextBytes(bytes.AsSpan(at, Math.Min(chance.Next(1, BlockBytes), bytes.Length - at)));
                break;
            case "made longer":
                var more = new byte[chance.Next(1, BlockBytes)];
                chance.NextBytes(more);
                bytes = [.. bytes, .. more];
                break;
            case "removed":
                File.Delete(path);
                return new Damage(kind, [name], "");
            default:
                return Exchange(directory, name, [.. files.Where(other => other != name)], kind, chance);
        }

        File.WriteAllBytes(path, bytes);
        return new Damage(kind, [name], $"at {at}, now {bytes.Length} bytes");
    }

    /// <summary>log.3 is a log, snapshot.12.4 a snapshot.</summary>
    public static string KindOf(string name) => name is "shard.json" or "commit.mark" or "shard.lock" ? name : name[..name.IndexOf('.', StringComparison.Ordinal)];

    /// <summary>Mostly with one of the same kind, which is the harder to notice.</summary>
    private static Damage Exchange(string directory, string name, IReadOnlyList<string> others, string kind, Random chance)
    {
        var alike = others.Where(other => KindOf(other) == KindOf(name)).ToList();
        var other = alike.Count > 0 && chance.Next(4) > 0 ? alike[chance.Next(alike.Count)] : others[chance.Next(others.Count)];
        var (mine, theirs) = (File.ReadAllBytes(Path.Combine(directory, name)), File.ReadAllBytes(Path.Combine(directory, other)));
        File.WriteAllBytes(Path.Combine(directory, name), theirs);
        if (kind != "swapped")
            return new Damage(kind, [name], $"by {other}");
        File.WriteAllBytes(Path.Combine(directory, other), mine);
        return new Damage(kind, [name, other], "");
    }

    private static void Flip(byte[] bytes, int at, Random chance)
    {
        if (bytes.Length > 0)
            bytes[at] ^= (byte)(1 << chance.Next(8));
    }
}
