namespace ClipOrleans.Vectors.Filters;

/// <summary>Whose kind of mistake a fault is: text that is no filter at all, or a filter this index cannot answer.</summary>
public enum InputFaultKind
{
    None = 0,

    /// <summary>Not an object, an unknown operator, a wrong operand shape, too deep, too many values: HTTP 400.</summary>
    Malformed = 1,

    /// <summary>Well-formed, but an undeclared field or a value of the wrong type: HTTP 422.</summary>
    Impossible = 2,
}

/// <summary>One thing wrong with input that a caller gave.</summary>
/// <param name="Kind">Malformed or impossible.</param>
/// <param name="Pointer">RFC 6901 pointer relative to the parsed value; "" is the value itself.</param>
/// <param name="Message">What would be right, in a sentence.</param>
public sealed record InputFault(InputFaultKind Kind, string Pointer, string Message);
