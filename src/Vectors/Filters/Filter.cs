namespace ClipOrleans.Vectors.Filters;

/// <summary>
/// A checked filter: every field it names is declared and every value has that field's type.
/// <c>$ne</c>, <c>$nin</c> and <c>$exists:false</c> are <see cref="NotFilter"/> over their positive form, and so match
/// documents without the field.
/// </summary>
public abstract record Filter;

/// <summary>Matches every document: the empty object.</summary>
public sealed record MatchAllFilter : Filter
{
    public static MatchAllFilter Instance { get; } = new();
}

/// <summary>Every part matches.</summary>
public sealed record AndFilter(IReadOnlyList<Filter> Parts) : Filter;

/// <summary>At least one part matches.</summary>
public sealed record OrFilter(IReadOnlyList<Filter> Parts) : Filter;

/// <summary>The part does not match.</summary>
public sealed record NotFilter(Filter Part) : Filter;

/// <summary>The field has this value; a list field contains it.</summary>
public sealed record EqualsFilter(string Field, FieldValue Value) : Filter;

/// <summary>The field has one of these values; a list field contains at least one. No values: nothing matches.</summary>
public sealed record InFilter(string Field, IReadOnlyList<FieldValue> Values) : Filter;

/// <summary>The list field contains all these values.</summary>
public sealed record ContainsAllFilter(string Field, IReadOnlyList<FieldValue> Values) : Filter;

/// <summary>
/// The number or instant lies between two sort keys (see <see cref="FieldValue.Key"/>), both included.
/// Keys are discrete, so "greater than x" is "at least key(x) + 1". An empty range (min above max) matches nothing.
/// </summary>
public sealed record RangeFilter(string Field, long MinKey, long MaxKey) : Filter;

/// <summary>The field is there (an empty list is there too).</summary>
public sealed record ExistsFilter(string Field) : Filter;

/// <summary>The point lies at most this far from the centre, along the great circle.</summary>
/// <param name="Field">A geo field.</param>
/// <param name="Center">Degrees.</param>
/// <param name="Meters">Not negative, finite, included.</param>
public sealed record NearFilter(string Field, GeoPoint Center, double Meters) : Filter;
