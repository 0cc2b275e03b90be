using System.Globalization;

namespace ClipOrleans.Vectors.Filters;

/// <summary>
/// Instants as text: RFC 3339 date-times (any offset), or a date alone, which means its midnight in UTC.
/// Precision is 100 ns; further digits are cut. A leap second reads as the second after it.
/// </summary>
internal static class InstantText
{
    private const int DateLength = 10;
    private const int SecondsLength = 19;

    public static bool TryParse(ReadOnlySpan<char> text, out long utcTicks)
    {
        utcTicks = 0;
        if (!TryDate(text, out var ticks))
            return false;
        if (text.Length > DateLength)
        {
            if (!TryTime(text[DateLength..], out var timeTicks))
                return false;
            ticks += timeTicks;
        }

        if (ticks < 0 || ticks > DateTime.MaxValue.Ticks)
            return false;
        utcTicks = ticks;
        return true;
    }

    /// <summary>The canonical form in UTC, with a fraction only when there is one.</summary>
    public static string Format(long utcTicks)
    {
        var instant = new DateTime(utcTicks, DateTimeKind.Utc);
        var pattern = utcTicks % TimeSpan.TicksPerSecond == 0 ? "yyyy-MM-dd'T'HH:mm:ss'Z'" : "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'";
        return instant.ToString(pattern, CultureInfo.InvariantCulture);
    }

    private static bool TryDate(ReadOnlySpan<char> text, out long ticks)
    {
        ticks = 0;
        if (text.Length < DateLength || text[4] != '-' || text[7] != '-'
            || !TryDigits(text[..4], out var year) || !TryDigits(text[5..7], out var month) || !TryDigits(text[8..10], out var day)
            || year == 0 || month is 0 or > 12 || day == 0 || day > DateTime.DaysInMonth(year, month))
        {
            return false;
        }

        ticks = new DateTime(year, month, day, 0, 0, 0, DateTimeKind.Utc).Ticks;
        return true;
    }

    /// <summary>From the 'T' on: <c>T12:34:56[.789](Z|±12:34)</c>. The result is the time of day less the offset.</summary>
    private static bool TryTime(ReadOnlySpan<char> text, out long ticks)
    {
        ticks = 0;
        const int Seconds = SecondsLength - DateLength;
        if (text.Length <= Seconds || text[0] is not ('T' or 't' or ' ') || text[3] != ':' || text[6] != ':'
            || !TryDigits(text[1..3], out var hour) || !TryDigits(text[4..6], out var minute) || !TryDigits(text[7..9], out var second)
            || hour > 23 || minute > 59 || second > 60)
        {
            return false;
        }

        var rest = text[Seconds..];
        if (!TryFraction(ref rest, out var fraction) || !TryOffset(rest, out var offsetMinutes))
            return false;
        ticks = (((hour * 60L) + minute - offsetMinutes) * TimeSpan.TicksPerMinute) + (second * TimeSpan.TicksPerSecond) + fraction;
        return true;
    }

    private static bool TryFraction(ref ReadOnlySpan<char> rest, out long ticks)
    {
        ticks = 0;
        if (rest[0] != '.')
            return true;
        var digits = 0;
        var unit = TimeSpan.TicksPerSecond / 10;
        while (digits + 1 < rest.Length && char.IsAsciiDigit(rest[digits + 1]))
        {
            ticks += (rest[digits + 1] - '0') * unit;
            unit /= 10;
            digits++;
        }

        rest = rest[(digits + 1)..];
        return digits > 0;
    }

    private static bool TryOffset(ReadOnlySpan<char> text, out int minutes)
    {
        minutes = 0;
        if (text is "Z" or "z")
            return true;
        if (text.Length != 6 || text[0] is not ('+' or '-') || text[3] != ':'
            || !TryDigits(text[1..3], out var hours) || !TryDigits(text[4..6], out var rest) || hours > 23 || rest > 59)
        {
            return false;
        }

        minutes = ((hours * 60) + rest) * (text[0] == '-' ? -1 : 1);
        return true;
    }

    private static bool TryDigits(ReadOnlySpan<char> text, out int value)
    {
        value = 0;
        foreach (var c in text)
        {
            if (!char.IsAsciiDigit(c))
                return false;
            value = (value * 10) + (c - '0');
        }

        return true;
    }
}
