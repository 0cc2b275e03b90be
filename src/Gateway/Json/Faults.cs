using System.Globalization;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Errors;
using ClipOrleans.Vectors.Filters;

namespace ClipOrleans.Gateway.Json;

/// <summary>
/// Collects what is wrong with one request, so that the caller learns all of it at once. It stops at a bound: a hostile
/// megabyte must not become a hundred megabytes of messages.
/// </summary>
internal sealed class Faults
{
    private const int Max = 32;

    private readonly List<(string Slug, FieldError Field)> _found = [];

    public bool Any => _found.Count > 0;

    public int Count => _found.Count;

    public void Add(string slug, string pointer, string message)
    {
        if (_found.Count < Max)
            _found.Add((slug, new FieldError(pointer, message)));
    }

    public void Malformed(string pointer, string message) => Add(Slugs.MalformedRequest, pointer, message);

    public void Add(Error error)
    {
        if (error.Fields.IsDefaultOrEmpty)
            Add(error.Slug, "", error.Detail);
        else
            foreach (var field in error.Fields)
                Add(error.Slug, field.Pointer, field.Message);
    }

    /// <summary>Faults of a parser of Vectors: malformed ones under one slug, impossible ones under another.</summary>
    public void Add(IReadOnlyList<InputFault> faults, string pointer, string malformed, string impossible)
    {
        foreach (var fault in faults)
            Add(fault.Kind == InputFaultKind.Malformed ? malformed : impossible, pointer + fault.Pointer, fault.Message);
    }

    /// <summary>
    /// All faults as one error. What is malformed goes before what is impossible, since the latter may be a consequence;
    /// the first of the foremost kind names the error.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is no fault.</exception>
    public Error ToError()
    {
        var first = _found.MinBy(fault => ErrorTable.Of(fault.Slug).Status);
        if (first.Slug is null)
            throw new InvalidOperationException("There is no fault to tell.");
        var where = first.Field.Pointer.Length == 0 ? "" : $"{first.Field.Pointer}: ";
        var detail = _found.Count == 1
            ? $"{where}{first.Field.Message}"
            : string.Create(CultureInfo.InvariantCulture, $"{_found.Count} things are wrong; first {where}{first.Field.Message}");
        return new Error(first.Slug, detail, [.. _found.Select(fault => fault.Field)]);
    }
}
