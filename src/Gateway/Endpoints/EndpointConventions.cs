using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Auth;
using ClipOrleans.Gateway.Errors;

namespace ClipOrleans.Gateway.Endpoints;

/// <summary>What endpoints say of themselves, for the pipeline and for the OpenAPI document.</summary>
internal static class EndpointConventions
{
    /// <summary>What every operation that reads a JSON body can answer.</summary>
    public static readonly string[] OfJsonBody = [Slugs.MalformedRequest, Slugs.UnknownMember, Slugs.BodyTooLarge, Slugs.UnsupportedMediaType];

    /// <summary>What every operation can answer.</summary>
    public static readonly string[] OfAll = [Slugs.UnknownMember, Slugs.Unauthorized, Slugs.Forbidden, Slugs.RateLimited, Slugs.Overloaded, Slugs.Loading, Slugs.StorageUnavailable, Slugs.Timeout, Slugs.Internal];

    /// <summary>What every operation that embeds images or texts can answer.</summary>
    public static readonly string[] OfEmbedding =
    [
        Slugs.ImageTooLarge, Slugs.ImageUndecodable, Slugs.ImageFormatNotSupported, Slugs.ImageFetchFailed, Slugs.AddressNotAllowed, Slugs.DimensionMismatch,
        Slugs.InvalidVector, Slugs.ModelRequired, Slugs.ModelNotFound, Slugs.ModelUnusable,
    ];

    /// <summary>The errors an operation can answer, beside those of its group.</summary>
    public static TBuilder WithErrors<TBuilder>(this TBuilder builder, params string[] slugs)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new KnownErrors(slugs));

    /// <summary>The query parameters an operation knows; without this it takes none.</summary>
    public static TBuilder WithQuery<TBuilder>(this TBuilder builder, params string[] names)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new KnownQuery(names));

    /// <summary>Whose key an operation takes. Every endpoint has it.</summary>
    public static TBuilder For<TBuilder>(this TBuilder builder, Access access, bool allIndexes = false)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new RequiredAccess(access, allIndexes));

    /// <summary>Names an operation, in the words of the documentation.</summary>
    public static RouteHandlerBuilder Named(this RouteHandlerBuilder builder, string operation, string summary, string description = "") =>
        builder.WithName(operation).WithSummary(summary).WithDescription(description);
}

/// <summary>Slugs that an operation can answer with.</summary>
internal sealed record KnownErrors(IReadOnlyList<string> Slugs)
{
    /// <summary>The statuses of all slugs that are attached to an endpoint.</summary>
    public static IEnumerable<IGrouping<int, string>> ByStatus(IEnumerable<KnownErrors> attached) =>
        attached.SelectMany(errors => errors.Slugs).Distinct().GroupBy(slug => ErrorTable.Of(slug).Status).OrderBy(group => group.Key);
}
