using System.Globalization;
using ClipOrleans.Vectors.Filters;
using CsCheck;

namespace ClipOrleans.Vectors.Tests.Filters;

// Danger: an offset applied the wrong way round, or a date that does not exist.
// Invariant: RFC 3339 reads as DateTimeOffset reads it; everything else is refused.
public sealed class InstantTextTests
{
    [Fact]
    public void Every_instant_and_offset_reads_as_the_library_reads_it() =>
        Gen.Select(Gen.Long[TimeSpan.TicksPerDay, DateTime.MaxValue.Ticks - TimeSpan.TicksPerDay], Gen.Int[-14 * 60, 14 * 60]).Sample((ticks, minutes) =>
        {
            var instant = new DateTimeOffset(ticks, TimeSpan.FromMinutes(minutes));
            Assert.True(InstantText.TryParse(instant.ToString("yyyy-MM-ddTHH:mm:ss.fffffffzzz", CultureInfo.InvariantCulture), out var utc));
            Assert.Equal(instant.UtcTicks, utc);
            Assert.True(InstantText.TryParse(InstantText.Format(utc), out var again));
            Assert.Equal(utc, again);
        });

    [Theory]
    [InlineData("2026-03-01", "2026-03-01T00:00:00Z")]
    [InlineData("2026-03-01t01:02:03z", "2026-03-01T01:02:03Z")]
    [InlineData("2026-03-01 01:02:03Z", "2026-03-01T01:02:03Z")]
    [InlineData("2026-03-01T00:30:00+01:00", "2026-02-28T23:30:00Z")]
    [InlineData("2026-03-01T00:30:00-00:45", "2026-03-01T01:15:00Z")]
    [InlineData("2026-03-01T00:00:00.123456789Z", "2026-03-01T00:00:00.1234567Z")]
    [InlineData("2026-03-01T00:00:00.50Z", "2026-03-01T00:00:00.5Z")]
    [InlineData("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z")]
    [InlineData("2024-02-29", "2024-02-29T00:00:00Z")]
    public void Forms_of_RFC_3339_have_one_canonical_form(string text, string canonical)
    {
        Assert.True(InstantText.TryParse(text, out var ticks));
        Assert.Equal(canonical, InstantText.Format(ticks));
    }

    [Theory]
    [InlineData("")]
    [InlineData("2026")]
    [InlineData("2026-3-1")]
    [InlineData("2026-02-29")]
    [InlineData("2026-13-01")]
    [InlineData("2026-00-01")]
    [InlineData("0000-01-01")]
    [InlineData("2026-03-01T")]
    [InlineData("2026-03-01T00:00:00")]
    [InlineData("2026-03-01T00:00Z")]
    [InlineData("2026-03-01T24:00:00Z")]
    [InlineData("2026-03-01T00:60:00Z")]
    [InlineData("2026-03-01T00:00:61Z")]
    [InlineData("2026-03-01T00:00:00.Z")]
    [InlineData("2026-03-01T00:00:00+0100")]
    [InlineData("2026-03-01T00:00:00+24:00")]
    [InlineData("2026-03-01T00:00:00ZZ")]
    [InlineData("２026-03-01")]
    [InlineData("0001-01-01T00:00:00+01:00")]
    [InlineData("9999-12-31T23:59:59-01:00")]
    public void Anything_else_is_refused(string text) => Assert.False(InstantText.TryParse(text, out _));
}
