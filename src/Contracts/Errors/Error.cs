using System.Collections.Immutable;

namespace ClipOrleans.Contracts.Errors;

/// <summary>
/// Something the caller did or must know, as a value: it never signals a bug or a broken machine, those are exceptions.
/// </summary>
/// <param name="Slug">One of <see cref="Slugs"/>; the gateway's table turns it into a status.</param>
/// <param name="Detail">What was wrong and what would be right.</param>
/// <param name="Fields">Where fields are at fault: JSON pointer and message.</param>
/// <param name="RetryAfterSeconds">For slugs that ask to come back: when.</param>
[GenerateSerializer, Immutable, Alias("clip.Error")]
public sealed record Error(
    [property: Id(0)] string Slug,
    [property: Id(1)] string Detail,
    [property: Id(2)] ImmutableArray<FieldError> Fields,
    [property: Id(3)] int? RetryAfterSeconds = null)
{
    public static Error Of(string slug, string detail) => new(slug, detail, []);

    public static Error At(string slug, string detail, string pointer) => new(slug, detail, [new FieldError(pointer, detail)]);

    public static Error RetryLater(string slug, string detail, int seconds) => new(slug, detail, [], seconds);
}

/// <param name="Pointer">RFC 6901 pointer into the request.</param>
[GenerateSerializer, Immutable, Alias("clip.FieldError")]
public sealed record FieldError([property: Id(0)] string Pointer, [property: Id(1)] string Message);
