namespace ClipOrleans.Vectors.Filters;

/// <summary>The readers' side: evaluates filters to sets of rows. Dead rows are the caller's to take away.</summary>
internal sealed class FilterView(FieldSchema schema, FieldView[] fields)
{
    /// <summary>In declared order.</summary>
    public IReadOnlyList<FieldView> Fields => fields;

    /// <returns>A set that the caller disposes.</returns>
    /// <exception cref="ArgumentException">The filter names a field that is not declared here, or not of that type.</exception>
    public DocumentSet Evaluate(Filter filter, int rowCount)
    {
        switch (filter)
        {
            case MatchAllFilter:
                return DocumentSet.All(rowCount);
            case AndFilter and:
                return Intersection(and.Parts, rowCount);
            case OrFilter or:
                return Union(or.Parts, rowCount);
            case NotFilter not:
                var complement = Evaluate(not.Part, rowCount);
                complement.Complement();
                return complement;
            case ContainsAllFilter all:
                return Intersection([.. all.Values.Select(value => new EqualsFilter(all.Field, value))], rowCount);
            default:
                var set = DocumentSet.None(rowCount);
                try
                {
                    UnionLeaf(filter, set);
                    return set;
                }
                catch
                {
                    set.Dispose();
                    throw;
                }
        }
    }

    /// <exception cref="ArgumentException">The field is not declared, or is geo, whose values are not counted.</exception>
    public FieldView FieldToCount(string name, out FieldType type)
    {
        if (!schema.TryGet(name, out var ordinal, out var field) || field.Type == FieldType.Geo)
            throw new ArgumentException($"'{name}' is no declared field whose values can be counted.", nameof(name));
        type = field.Type;
        return fields[ordinal];
    }

    private DocumentSet Intersection(IReadOnlyList<Filter> parts, int rowCount)
    {
        var set = DocumentSet.All(rowCount);
        try
        {
            foreach (var part in parts)
            {
                using var other = Evaluate(part, rowCount);
                set.IntersectWith(other);
            }

            return set;
        }
        catch
        {
            set.Dispose();
            throw;
        }
    }

    private DocumentSet Union(IReadOnlyList<Filter> parts, int rowCount)
    {
        var set = DocumentSet.None(rowCount);
        try
        {
            foreach (var part in parts)
            {
                if (part is EqualsFilter or InFilter or RangeFilter or ExistsFilter or NearFilter)
                {
                    UnionLeaf(part, set);
                    continue;
                }

                using var other = Evaluate(part, rowCount);
                set.UnionWith(other);
            }

            return set;
        }
        catch
        {
            set.Dispose();
            throw;
        }
    }

    private void UnionLeaf(Filter filter, DocumentSet set)
    {
        switch (filter)
        {
            case EqualsFilter equal:
                Field(equal.Field, equal.Value.Type).UnionEqual(equal.Value, set);
                break;
            case InFilter any:
                foreach (var value in any.Values)
                    Field(any.Field, value.Type).UnionEqual(value, set);
                break;
            case RangeFilter range:
                Field(range.Field, FieldType.Number, FieldType.DateTime).UnionRange(range.MinKey, range.MaxKey, set);
                break;
            case ExistsFilter exists:
                Field(exists.Field).UnionPresent(set);
                break;
            case NearFilter near:
                Field(near.Field, FieldType.Geo).UnionNear(near.Center, near.Meters, set);
                break;
            default:
                throw new ArgumentException($"A filter of type {filter.GetType().Name} is not known.", nameof(filter));
        }
    }

    /// <summary>The field, if it has one of these types; a list's elements are keywords. No type given: any.</summary>
    private FieldView Field(string name, params ReadOnlySpan<FieldType> types)
    {
        if (schema.TryGet(name, out var ordinal, out var field))
        {
            var type = field.Type == FieldType.KeywordList ? FieldType.Keyword : field.Type;
            if (types.IsEmpty || types.Contains(type))
                return fields[ordinal];
        }

        throw new ArgumentException($"The filter was made for another schema: field '{name}' is not declared here with that type.", nameof(name));
    }
}
