using System.Diagnostics;
using ClipOrleans.Clip.Models;
using ClipOrleans.Clip.Tests.Golden;
using ClipOrleans.Clip.Text;
using CsCheck;

namespace ClipOrleans.Clip.Tests.Text;

/// <summary>
/// Danger: one token off and a text lands elsewhere in the space, silently.
/// Invariant: the ids are those of OpenAI's tokenizer.
/// Method: golden strings made by the reference algorithm, properties for any text at all.
/// </summary>
public sealed class ClipTokenizerTests
{
    private const int Start = 49406;
    private const int End = 49407;
    private const int ContextLength = 77;

    private static readonly ClipTokenizer Tokenizer = ClipTokenizer.Load(GoldenFiles.DefaultModel, ModelManifestFile.ReadOrInfer(GoldenFiles.DefaultModel).Text);

    public static TheoryData<string, int[]> Golden(string file)
    {
        var data = new TheoryData<string, int[]>();
        foreach (var entry in GoldenFiles.Read(file).EnumerateArray())
            data.Add(entry.GetProperty("text").GetString()!, [.. entry.GetProperty("ids").EnumerateArray().Select(i => i.GetInt32())]);
        return data;
    }

    [Theory]
    [MemberData(nameof(Golden), "golden-tokens.json", DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(Golden), "golden-tokens-more.json", DisableDiscoveryEnumeration = true)]
    public void Encode_GivesTheReferencesIds(string text, int[] ids) => Assert.Equal(ids, Tokenizer.Encode(text));

    [Fact]
    public void Encode_OfAnyText_IsFramedAndNeverLongerThanTheContext() => Gen.String.Sample(text =>
    {
        var ids = Tokenizer.Encode(text);
        return ids.Length is >= 2 and <= ContextLength && ids[0] == Start && ids[^1] == End && ids.All(i => i is >= 0 and <= End);
    });

    [Fact]
    public void Encode_OfHalfASurrogatePair_IsTheReplacementCharacter() => Assert.Equal(Tokenizer.Encode("\uFFFD"), Tokenizer.Encode("\uD83D"));

    [Theory]
    [InlineData("shoe ", 2000)]
    [InlineData("a", 10_000)]
    [InlineData("靴", 10_000)]
    [InlineData("👟", 5_000)]
    [InlineData("!", 10_000)]
    [InlineData("&amp;amp;", 1_111)]
    [InlineData("Σ", 10_000)]
    [InlineData("'", 10_000)]
    public void Encode_OfTenThousandCharacters_IsCutAndQuick(string part, int times)
    {
        var text = string.Concat(Enumerable.Repeat(part, times));
        Tokenizer.Encode(text);
        var started = Stopwatch.GetTimestamp();
        var ids = Tokenizer.Encode(text);

        // Quadratic merging of 30,000 byte symbols would take minutes; linear takes milliseconds. The bound leaves room for a busy machine.
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(2));
        Assert.Equal(ContextLength, ids.Length);
        Assert.Equal(End, ids[^1]);
    }

    [Fact]
    public void Encode_FromTokenizerJson_IsTheSame()
    {
        using var folder = new TemporaryFolder();
        TokenizerJson.Write(GoldenFiles.DefaultModel, folder.Path);
        var section = ModelManifestFile.ReadOrInfer(GoldenFiles.DefaultModel).Text with { Vocabulary = "tokenizer.json", Merges = null };
        var other = ClipTokenizer.Load(folder.Path, section);
        foreach (var entry in GoldenFiles.Read("golden-tokens.json").EnumerateArray())
        {
            var text = entry.GetProperty("text").GetString()!;
            Assert.Equal(Tokenizer.Encode(text), other.Encode(text));
        }
    }
}
