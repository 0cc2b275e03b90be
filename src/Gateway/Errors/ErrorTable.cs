using System.Collections.Frozen;
using ClipOrleans.Contracts.Errors;

namespace ClipOrleans.Gateway.Errors;

/// <param name="Status">The HTTP status.</param>
/// <param name="Title">The kind of error in a few words, the same each time.</param>
/// <param name="RetryAfterSeconds">For errors that ask to come back, when the error itself does not say.</param>
internal sealed record ErrorRow(int Status, string Title, int? RetryAfterSeconds = null);

/// <summary>The only place where an error gets its HTTP status. One row per slug; docs/errors.md explains each.</summary>
internal static class ErrorTable
{
    private static readonly FrozenDictionary<string, ErrorRow> Table = new Dictionary<string, ErrorRow>
    {
        [Slugs.MalformedRequest] = new(400, "The request is malformed"),
        [Slugs.UnknownMember] = new(400, "The request has a member that is not known"),
        [Slugs.InvalidFilter] = new(400, "The filter is malformed"),
        [Slugs.InvalidName] = new(400, "The name is not allowed"),
        [Slugs.InvalidId] = new(400, "The document id is not allowed"),
        [Slugs.InvalidCursor] = new(400, "The cursor is not one of ours"),
        [Slugs.Unauthorized] = new(401, "No valid API key"),
        [Slugs.QuotaExceeded] = new(402, "The quota is used up"),
        [Slugs.Forbidden] = new(403, "The API key lacks the role"),
        [Slugs.RouteNotFound] = new(404, "There is nothing at this path"),
        [Slugs.MethodNotAllowed] = new(405, "The path does not take this method"),
        [Slugs.IndexNotFound] = new(404, "There is no such index"),
        [Slugs.DocumentNotFound] = new(404, "There is no such document"),
        [Slugs.ImageNotFound] = new(404, "No image is kept of this document"),
        [Slugs.ModelNotFound] = new(404, "There is no such model"),
        [Slugs.SnapshotNotFound] = new(404, "There is no such snapshot"),
        [Slugs.TenantNotFound] = new(404, "There is no such tenant"),
        [Slugs.KeyNotFound] = new(404, "There is no such key"),
        [Slugs.TenantExists] = new(409, "A tenant of this name exists"),
        [Slugs.IndexExists] = new(409, "An index of this name exists"),
        [Slugs.SnapshotInProgress] = new(409, "A snapshot is being made already"),
        [Slugs.IndexChanged] = new(409, "The index was changed meanwhile"),
        [Slugs.BodyTooLarge] = new(413, "The request body is too large"),
        [Slugs.ImageTooLarge] = new(413, "The image is too large"),
        [Slugs.MetadataTooLarge] = new(413, "The metadata is too large"),
        [Slugs.DocumentTooLarge] = new(413, "The document is too large"),
        [Slugs.UnsupportedMediaType] = new(415, "The media type is not supported here"),
        [Slugs.ImageUndecodable] = new(422, "The image cannot be decoded"),
        [Slugs.ImageFormatNotSupported] = new(422, "The image format is not supported"),
        [Slugs.ImageFetchFailed] = new(422, "The image cannot be fetched"),
        [Slugs.AddressNotAllowed] = new(422, "The address may not be fetched from"),
        [Slugs.DimensionMismatch] = new(422, "The vector has the wrong length"),
        [Slugs.InvalidVector] = new(422, "The vector has no direction"),
        [Slugs.InvalidMetadata] = new(422, "The metadata does not fit the declared fields"),
        [Slugs.UndeclaredField] = new(422, "A field is not declared, or not of this type"),
        [Slugs.ModelRequired] = new(422, "The index has no model"),
        [Slugs.ModelUnusable] = new(422, "The model cannot be used"),
        [Slugs.BackupDamaged] = new(422, "The backup is damaged"),
        [Slugs.RateLimited] = new(429, "Too many requests", 1),
        [Slugs.Overloaded] = new(503, "Too much to do at the moment", 1),
        [Slugs.Loading] = new(503, "The index is still loading", 1),
        [Slugs.ShardMoving] = new(503, "The shard is moving to another silo", 1),
        [Slugs.Partial] = new(503, "Not every shard answered", 1),
        [Slugs.Timeout] = new(503, "The time was not enough", 1),
        [Slugs.StorageUnavailable] = new(503, "The storage does not take it", 5),
        [Slugs.Internal] = new(500, "Something broke on our side"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Every slug that has a row.</summary>
    public static IEnumerable<string> AllSlugs => Table.Keys;

    /// <exception cref="KeyNotFoundException">The slug has no row: a bug, found by a test.</exception>
    public static ErrorRow Of(string slug) => Table[slug];
}
