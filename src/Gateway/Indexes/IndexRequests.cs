using System.Collections.Immutable;
using System.Text.Json;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Gateway.Json;
using ClipOrleans.Gateway.Wire;
using ClipOrleans.Vectors.Filters;

namespace ClipOrleans.Gateway.Indexes;

/// <summary>What a caller wants a new index to be, before the model is looked up.</summary>
internal sealed record IndexWish(
    string Name, string? Model, int? Dimensions, ImmutableArray<FieldSpec> Fields, int Shards, double TargetRecall, KeepImages KeepImages,
    Quantization Quantization, int Replicas);

/// <summary>Reads the requests about indexes.</summary>
internal static class IndexRequests
{
    private const int DefaultShards = 1;
    private const double DefaultTargetRecall = 0.95;
    private const double MinTargetRecall = 0.1;
    private const int MaxFieldName = 128;

    private static readonly IReadOnlyList<string> CreateMembers = GatewayJson.MembersOf<CreateIndexRequest>();
    private static readonly IReadOnlyList<string> UpdateMembers = GatewayJson.MembersOf<UpdateIndexRequest>();
    private static readonly IReadOnlyList<string> FieldMembers = GatewayJson.MembersOf<FieldWire>();

    public static Result<IndexWish> ReadCreate(JsonElement root)
    {
        var faults = new Faults();
        var fields = JsonFields.Open(root, "", faults, CreateMembers);
        var name = ReadName(fields, faults);
        var model = fields.Text("model", 1, 128);
        var dimensions = fields.Integer("dimensions", 1, Contracts.Limits.MaxDimensions);
        if (fields.IsObject && model == IndexSpec.NoModel && !fields.Has("dimensions"))
            fields.Fault("dimensions", "With the model 'none' the length of the vectors must be given.");
        var wish = new IndexWish(
            name ?? "",
            model,
            dimensions,
            ReadFieldList(fields, faults),
            fields.Integer("shards", 1, Contracts.Limits.MaxShards) ?? DefaultShards,
            fields.Number("targetRecall", MinTargetRecall, 1) ?? DefaultTargetRecall,
            ReadKeepImages(fields) ?? KeepImages.Thumbnail,
            ReadQuantization(fields) ?? Quantization.Auto,
            fields.Integer("replicas", 0, Contracts.Limits.MaxReplicas) ?? 0);
        return faults.Any ? faults.ToError() : wish;
    }

    public static Result<IndexPatch> ReadUpdate(JsonElement root)
    {
        var faults = new Faults();
        var fields = JsonFields.Open(root, "", faults, UpdateMembers);
        var patch = new IndexPatch(
            ReadFieldList(fields, faults), fields.Number("targetRecall", MinTargetRecall, 1), ReadKeepImages(fields), ReadQuantization(fields),
            fields.Integer("replicas", 0, Contracts.Limits.MaxReplicas));
        return faults.Any ? faults.ToError() : patch;
    }

    public static string NameOf(KeepImages keep) => keep switch
    {
        KeepImages.None => "none",
        KeepImages.Thumbnail => "thumbnail",
        KeepImages.Original => "original",
        _ => throw new InvalidDataException($"{keep} is not a way to keep images."),
    };

    public static string NameOf(Quantization quantization) => quantization switch
    {
        // A process that knows no choice leaves it out.
        Quantization.Invalid or Quantization.Auto => "auto",
        Quantization.None => "none",
        Quantization.Int8 => "int8",
        Quantization.Binary => "binary",
        _ => throw new InvalidDataException($"{quantization} is not a way to code vectors."),
    };

    private static string? ReadName(JsonFields fields, Faults faults)
    {
        if (!fields.IsObject)
            return null;
        if (!fields.Has("name"))
            fields.Fault("name", "An index needs a name.");
        if (fields.String("name")?.GetString() is not { } name)
            return null;
        if (!NameRule.IsValid(name))
            faults.Add(Slugs.InvalidName, fields.At("name"), $"A name is {NameRule.Description}.");
        return name;
    }

    private static KeepImages? ReadKeepImages(JsonFields fields) => fields.Word("keepImages", "none", "thumbnail", "original") switch
    {
        "none" => KeepImages.None,
        "thumbnail" => KeepImages.Thumbnail,
        "original" => KeepImages.Original,
        _ => null,
    };

    private static Quantization? ReadQuantization(JsonFields fields) => fields.Word("quantization", "auto", "none", "int8", "binary") switch
    {
        "auto" => Quantization.Auto,
        "none" => Quantization.None,
        "int8" => Quantization.Int8,
        "binary" => Quantization.Binary,
        _ => null,
    };

    private static ImmutableArray<FieldSpec> ReadFieldList(JsonFields parent, Faults faults)
    {
        if (parent.Array("fields") is not { } array)
            return [];
        if (array.GetArrayLength() > Contracts.Limits.MaxFields)
            parent.Fault("fields", $"An index has at most {Contracts.Limits.MaxFields} fields.");
        var specs = ImmutableArray.CreateBuilder<FieldSpec>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var index = 0;
        foreach (var item in array.EnumerateArray().Take(Contracts.Limits.MaxFields))
        {
            var field = JsonFields.Open(item, Pointer.Child(parent.At("fields"), index++), faults, FieldMembers);
            if (!field.IsObject)
                continue;
            var name = ReadFieldName(field, names);
            var type = ReadFieldType(field);
            if (name is not null && type is not null)
                specs.Add(new FieldSpec(name, type));
        }

        return specs.ToImmutable();
    }

    private static string? ReadFieldName(JsonFields field, HashSet<string> names)
    {
        if (!field.Has("name"))
            field.Fault("name", "A field needs a name.");
        if (field.Text("name", 1, MaxFieldName) is not { } name)
            return null;
        if (name[0] == '$' || name.Any(char.IsControl))
            field.Fault("name", "A field's name does not start with '$' and has no control characters.");
        else if (!names.Add(name))
            field.Fault("name", $"The field '{name}' is there twice.");
        else
            return name;
        return null;
    }

    private static string? ReadFieldType(JsonFields field)
    {
        if (!field.Has("type"))
            field.Fault("type", "A field needs a type.");
        if (field.String("type")?.GetString() is not { } type)
            return null;
        if (FieldTypes.TryParse(type, out _))
            return type;
        field.Fault("type", $"A type is keyword, number, boolean, datetime, keyword[] or geo, not '{Pointer.Quote(type)}'.");
        return null;
    }
}
