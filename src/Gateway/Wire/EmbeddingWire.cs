using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClipOrleans.Gateway.Wire;

/// <summary>Texts or images to embed, as OpenAI's API takes them.</summary>
internal sealed record EmbeddingsRequest
{
    [Description("A loaded model's name.")]
    public required string Model { get; init; }

    [Description("A text, or up to 1,000 texts, or up to 1,000 objects that each have exactly one of imageBase64, imageUrl and text.")]
    public required JsonElement Input { get; init; }

    [JsonPropertyName("encoding_format")]
    [Description("float (an array of numbers) or base64 (of little-endian 32-bit floats). Default float.")]
    public string? EncodingFormat { get; init; }

    [Description("If given, it must be the model's.")]
    public int? Dimensions { get; init; }

    [Description("Accepted and ignored, as clients of OpenAI send it.")]
    public string? User { get; init; }
}

/// <summary>An image or a text to embed.</summary>
internal sealed record EmbeddingInput
{
    public string? ImageBase64 { get; init; }

    public string? ImageUrl { get; init; }

    public string? Text { get; init; }
}

/// <summary>The embeddings, in the order of the inputs.</summary>
internal sealed record EmbeddingsResponse
{
    [Description("Always 'list'.")]
    public required string Object { get; init; }

    public required IReadOnlyList<EmbeddingWire> Data { get; init; }

    public required string Model { get; init; }

    public required UsageWire Usage { get; init; }
}

internal sealed record EmbeddingWire
{
    [Description("Always 'embedding'.")]
    public required string Object { get; init; }

    public required int Index { get; init; }

    [Description("The L2-normalised embedding: an array of numbers, or a string in base64.")]
    public required RawJson Embedding { get; init; }
}

/// <summary>Tokens are not metered here: both are always 0.</summary>
internal sealed record UsageWire
{
    [JsonPropertyName("prompt_tokens")]
    public required int PromptTokens { get; init; }

    [JsonPropertyName("total_tokens")]
    public required int TotalTokens { get; init; }
}

/// <summary>The models of the encoders, by name.</summary>
internal sealed record ModelListResponse
{
    public required IReadOnlyList<ModelWire> Models { get; init; }
}

/// <summary>A model.</summary>
internal sealed record ModelWire
{
    public required string Name { get; init; }

    [Description("Which weights: vectors of two revisions never meet in one search.")]
    public required string Revision { get; init; }

    public required int Dimensions { get; init; }

    [Description("Tokens of a text; longer ones are cut.")]
    public required int ContextLength { get; init; }

    [Description("Pixels of its input.")]
    public required ImageSizeWire Image { get; init; }

    [Description("What cosines are multiplied by before a softmax, where it is known.")]
    public double? LogitScale { get; init; }

    public string? Licence { get; init; }

    public string? Source { get; init; }

    [Description("An index that names no model gets this one.")]
    public required bool IsDefault { get; init; }

    [Description("Why it can't be used; absent when it can.")]
    public string? Problem { get; init; }
}

internal sealed record ImageSizeWire
{
    public required int Width { get; init; }

    public required int Height { get; init; }
}

/// <summary>How the process is.</summary>
internal sealed record HealthResponse
{
    [Description("live or ready.")]
    public required string Status { get; init; }
}
