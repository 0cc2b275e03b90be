using ClipOrleans.Vectors.Filters;

namespace ClipOrleans.Vectors.Tests.Filters;

// Danger: degrees taken for radians, poles and the antimeridian.
// Invariant: distances of the sphere of mean radius, known without the formula.
public sealed class GeoPointTests
{
    [Theory]
    [InlineData(0, 0, 1, 0, 1.0 / 360)]
    [InlineData(0, 0, 0, 1, 1.0 / 360)]
    [InlineData(0, 179.5, 0, -179.5, 1.0 / 360)]
    [InlineData(90, 0, 90, 123, 0)]
    [InlineData(90, 0, -90, 45, 0.5)]
    [InlineData(0, 0, 0, 180, 0.5)]
    [InlineData(45, 10, -45, -170, 0.5)]
    [InlineData(0, 20, 90, 77, 0.25)]
    public void Arcs_of_great_circles_are_shares_of_the_circumference(double lat1, double lon1, double lat2, double lon2, double share)
    {
        var expected = share * 2 * Math.PI * GeoPoint.EarthRadiusMeters;
        Assert.Equal(expected, GeoPoint.DistanceMeters(new(lat1, lon1), new(lat2, lon2)), 1e-3);
        Assert.Equal(expected, GeoPoint.DistanceMeters(new(lat2, lon2), new(lat1, lon1)), 1e-3);
    }

    [Fact]
    public void Berlin_to_Paris_is_878_kilometres() =>
        Assert.InRange(GeoPoint.DistanceMeters(new(52.5200, 13.4050), new(48.8566, 2.3522)), 877_000, 879_000);
}
