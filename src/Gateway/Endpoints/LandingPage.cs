using System.Reflection;
using ClipOrleans.Gateway.Auth;

namespace ClipOrleans.Gateway.Endpoints;

/// <summary>The page at <c>/</c>: what this is, and where to go from here.</summary>
internal static class LandingPage
{
    private const string Resource = "ClipOrleans.Gateway.Landing.index.html";

    private static readonly byte[] Html = Read();

    public static void MapLandingPage(this IEndpointRouteBuilder root) =>
        root.MapGet("/", () => TypedResults.Bytes(Html, "text/html; charset=utf-8")).ExcludeFromDescription().For(Access.Anyone);

    private static byte[] Read()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The resource {Resource} is missing from the build.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
