using System.Globalization;

namespace ClipOrleans.EndToEnd.Crash;

/// <summary>What chance decides in the crash tests: the same on every run unless CLIPORLEANS_TEST_SEED says another, and printed.</summary>
internal static class Seed
{
    private const int Default = 20_250_117;

    public static int Value { get; } =
        Environment.GetEnvironmentVariable("CLIPORLEANS_TEST_SEED") is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : Default;

    public static Random For(int round, ITestOutputHelper output)
    {
        output.WriteLine($"CLIPORLEANS_TEST_SEED={Value}, round {round}");
        return new Random(unchecked((Value * 397) + round));
    }
}
