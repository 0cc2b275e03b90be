using System.Globalization;

namespace ClipOrleans.Cli.App;

/// <summary>Times as they are written on a command line: 500ms, 30s, 5m, 1h.</summary>
internal static class Duration
{
    private static readonly (string Unit, double Seconds)[] Units = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600)];

    public static bool TryParse(string text, out TimeSpan time)
    {
        time = default;
        foreach (var (unit, seconds) in Units)
        {
            if (!text.EndsWith(unit, StringComparison.Ordinal)
                || !double.TryParse(text[..^unit.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count))
                continue;
            if (count * seconds > TimeSpan.FromDays(1).TotalSeconds)
                return false;
            time = TimeSpan.FromSeconds(count * seconds);
            return true;
        }
        return false;
    }
}
