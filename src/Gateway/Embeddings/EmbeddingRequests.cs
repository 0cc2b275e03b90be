using System.Globalization;
using System.Text.Json;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Ingest;
using ClipOrleans.Gateway.Json;
using ClipOrleans.Gateway.Options;
using ClipOrleans.Gateway.Wire;

namespace ClipOrleans.Gateway.Embeddings;

/// <summary>A request for embeddings, checked. Disposing gives its images' memory back.</summary>
internal sealed record EmbeddingsQuery(string Model, IReadOnlyList<Source> Inputs, bool AsBase64, int? Dimensions) : IDisposable
{
    public void Dispose()
    {
        foreach (var input in Inputs)
            input.Dispose();
    }
}

/// <summary>Reads requests for embeddings.</summary>
internal static class EmbeddingRequests
{
    private const int MaxInputs = 1_000;
    private const string Input = "input";

    private static readonly IReadOnlyList<string> Members = GatewayJson.MembersOf<EmbeddingsRequest>();
    private static readonly IReadOnlyList<string> InputMembers = GatewayJson.MembersOf<EmbeddingInput>();
    private static readonly SourceKind[] Kinds = [SourceKind.ImageBase64, SourceKind.ImageUrl, SourceKind.Text];

    public static Result<EmbeddingsQuery> Read(JsonElement root, LimitOptions limits)
    {
        var faults = new Faults();
        var fields = JsonFields.Open(root, "", faults, Members);
        if (fields.IsObject && !fields.Has("model"))
            fields.Fault("model", "The name of a model is needed; GET /v1/models lists them.");
        var query = new EmbeddingsQuery(
            fields.Text("model", 1, 128) ?? "",
            ReadInputs(fields, faults, limits),
            fields.Word("encoding_format", "float", "base64") == "base64",
            fields.Integer("dimensions", 1, Contracts.Limits.MaxDimensions));
        fields.Text("user", 0, 1_024);
        if (!faults.Any)
            return query;
        query.Dispose();
        return faults.ToError();
    }

    private static List<Source> ReadInputs(JsonFields fields, Faults faults, LimitOptions limits)
    {
        if (!fields.IsObject)
            return [];
        var input = fields.Any(Input);
        if (input is null)
        {
            fields.Fault(Input, "A text, an array of texts, or an array of images is needed.");
            return [];
        }

        if (input.Value.ValueKind != JsonValueKind.Array)
            return ReadInput(input.Value, fields.At(Input), faults, limits) is { } single ? [single] : [];
        if (input.Value.GetArrayLength() is 0 or > MaxInputs)
        {
            fields.Fault(Input, string.Create(CultureInfo.InvariantCulture, $"There must be 1 to {MaxInputs} inputs; there are {input.Value.GetArrayLength()}."));
            return [];
        }

        var inputs = new List<Source>();
        var i = 0;
        foreach (var item in input.Value.EnumerateArray())
        {
            if (ReadInput(item, Pointer.Child(fields.At(Input), i++), faults, limits) is { } source)
                inputs.Add(source);
        }

        return inputs;
    }

    private static Source? ReadInput(JsonElement item, string pointer, Faults faults, LimitOptions limits)
    {
        switch (item.ValueKind)
        {
            case JsonValueKind.String:
                var text = item.GetString()!;
                if (text.Length >= 1 && text.Length <= limits.MaxTextLength)
                    return new Source { Kind = SourceKind.Text, Pointer = pointer, Text = text };
                faults.Malformed(pointer, string.Create(CultureInfo.InvariantCulture, $"The text must have 1 to {limits.MaxTextLength} characters; it has {text.Length}."));
                return null;
            case JsonValueKind.Object:
                var fields = JsonFields.Open(item, pointer, faults, InputMembers);
                return new SourceReader(limits, null).ReadOne(fields, faults, Kinds, pointer);
            default:
                faults.Malformed(pointer, $"An input is a text, or an object with one of imageBase64, imageUrl, text; not {JsonFields.KindOf(item)}.");
                return null;
        }
    }
}
