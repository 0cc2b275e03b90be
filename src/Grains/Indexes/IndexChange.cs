using System.Collections.Immutable;
using ClipOrleans.Contracts;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Indexes;

namespace ClipOrleans.Grains.Indexes;

/// <summary>What a patch makes of a description.</summary>
internal static class IndexChange
{
    /// <returns>The next version, the same description where nothing would change, or why it is impossible.</returns>
    public static Result<IndexDescription> Apply(IndexDescription current, IndexPatch patch, DateTimeOffset now)
    {
        var fields = current.Spec.Fields.ToBuilder();
        var faults = ImmutableArray.CreateBuilder<FieldError>();
        for (var i = 0; i < patch.AddedFields.Length; i++)
        {
            var added = patch.AddedFields[i];
            var present = fields.FirstOrDefault(field => field.Name == added.Name);
            if (present is null)
                fields.Add(added);
            else if (present.Type != added.Type)
                faults.Add(new FieldError($"/fields/{i}/type", $"The field '{added.Name}' is declared as {present.Type}; the type of a field does not change."));
        }

        if (fields.Count > Limits.MaxFields)
            faults.Add(new FieldError("/fields", $"The index would have {fields.Count} fields; {Limits.MaxFields} is the most."));
        if (faults.Count > 0)
            return new Error(Slugs.MalformedRequest, "The index cannot be changed like this.", faults.ToImmutable());

        var spec = current.Spec with
        {
            Fields = fields.Count == current.Spec.Fields.Length ? current.Spec.Fields : fields.ToImmutable(),
            TargetRecall = patch.TargetRecall ?? current.Spec.TargetRecall,
            KeepImages = patch.KeepImages ?? current.Spec.KeepImages,
            Quantization = patch.Quantization ?? current.Spec.Quantization,
            Replicas = patch.Replicas ?? current.Spec.Replicas,
        };
        return spec == current.Spec ? current : current with { Spec = spec, Version = current.Version + 1, UpdatedAt = now };
    }
}
