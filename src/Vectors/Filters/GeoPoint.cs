namespace ClipOrleans.Vectors.Filters;

/// <summary>A place on earth in degrees: latitude −90 to 90, longitude −180 to 180.</summary>
public readonly record struct GeoPoint(double Latitude, double Longitude)
{
    /// <summary>Mean radius R1 of the GRS 80 ellipsoid, metres (H. Moritz, "Geodetic Reference System 1980", Journal of Geodesy 74, 2000).</summary>
    public const double EarthRadiusMeters = 6_371_008.8;

    private const double RadiansPerDegree = Math.PI / 180.0;

    /// <summary>
    /// Great-circle distance in metres by the haversine formula (R. W. Sinnott, "Virtues of the Haversine",
    /// Sky and Telescope 68 (2), 1984, p. 159), which keeps its precision for small distances.
    /// </summary>
    public static double DistanceMeters(GeoPoint a, GeoPoint b)
    {
        var halfLatitude = Math.Sin((b.Latitude - a.Latitude) * RadiansPerDegree / 2);
        var halfLongitude = Math.Sin((b.Longitude - a.Longitude) * RadiansPerDegree / 2);
        var haversine = (halfLatitude * halfLatitude)
            + (Math.Cos(a.Latitude * RadiansPerDegree) * Math.Cos(b.Latitude * RadiansPerDegree) * halfLongitude * halfLongitude);
        // Rounding can lift the value of antipodes above 1, where the arc sine is undefined.
        return 2 * EarthRadiusMeters * Math.Asin(Math.Min(1.0, Math.Sqrt(haversine)));
    }

    /// <summary>Degrees of latitude that this many metres span along a meridian.</summary>
    internal static double LatitudeDegrees(double meters) => meters / EarthRadiusMeters / RadiansPerDegree;
}
