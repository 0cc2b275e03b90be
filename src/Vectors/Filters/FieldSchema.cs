using System.Diagnostics.CodeAnalysis;

namespace ClipOrleans.Vectors.Filters;

/// <summary>A declared field: the name of a top-level member of the metadata, and the type its values have.</summary>
public sealed record FieldDefinition(string Name, FieldType Type);

/// <summary>The declared fields of an index: immutable, in declared order, found by exact (ordinal) name.</summary>
public sealed class FieldSchema : IEquatable<FieldSchema>
{
    private readonly FieldDefinition[] _fields;
    private readonly Dictionary<string, int> _ordinals;

    /// <exception cref="ArgumentException">A name is empty, starts with '$' (kept for operators) or occurs twice, or a type is invalid.</exception>
    public FieldSchema(IReadOnlyList<FieldDefinition> fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        _fields = [.. fields];
        _ordinals = new Dictionary<string, int>(_fields.Length, StringComparer.Ordinal);
        for (var i = 0; i < _fields.Length; i++)
        {
            var (name, type) = _fields[i];
            if (string.IsNullOrEmpty(name) || name[0] == '$')
                throw new ArgumentException($"Field {i} is named '{name}'; a name is not empty and does not start with '$'.", nameof(fields));
            if (type is < FieldType.Keyword or > FieldType.Geo)
                throw new ArgumentException($"Field '{name}' has no valid type.", nameof(fields));
            if (!_ordinals.TryAdd(name, i))
                throw new ArgumentException($"Field '{name}' is declared twice.", nameof(fields));
        }
    }

    public static FieldSchema Empty { get; } = new([]);

    public IReadOnlyList<FieldDefinition> Fields => _fields;

    public int Count => _fields.Length;

    public bool TryGet(string name, out int ordinal, [NotNullWhen(true)] out FieldDefinition? field)
    {
        var found = _ordinals.TryGetValue(name, out ordinal);
        field = found ? _fields[ordinal] : null;
        return found;
    }

    /// <summary>Two schemas are equal when they declare the same fields in the same order.</summary>
    public bool Equals(FieldSchema? other) =>
        ReferenceEquals(this, other) || (other is not null && _fields.AsSpan().SequenceEqual(other._fields));

    public override bool Equals(object? obj) => Equals(obj as FieldSchema);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var field in _fields)
            hash.Add(field);
        return hash.ToHashCode();
    }
}
