using ClipOrleans.Clip.Images;

namespace ClipOrleans.Clip.Models;

/// <summary>
/// <c>model.json</c>: everything that must be known to feed a model, so that the code knows none of them by name.
/// Paths are relative to the model's folder.
/// </summary>
public sealed record ModelManifest
{
    /// <summary>What indexes call the model: <c>[a-z0-9][a-z0-9._-]{0,62}</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Which weights: vectors of two revisions never meet.</summary>
    public required string Revision { get; init; }

    /// <summary>Numbers in an embedding.</summary>
    public required int Dimensions { get; init; }

    /// <summary>Cosines are multiplied by this before a softmax (the exponential of what training learnt); null where it isn't known.</summary>
    public double? LogitScale { get; init; }

    public string Licence { get; init; } = "";

    public string Source { get; init; } = "";

    public required ImageSection Image { get; init; }

    public required TextSection Text { get; init; }

    public required OnnxSection Onnx { get; init; }
}

/// <summary>How pixels reach the model: resized, then <c>(byte / 255 − mean) / std</c> a channel.</summary>
public sealed record ImageSection
{
    public required ImageInputSpec Input { get; init; }

    /// <summary>Three numbers: red, green, blue.</summary>
    public required IReadOnlyList<float> Mean { get; init; }

    /// <summary>Three numbers: red, green, blue.</summary>
    public required IReadOnlyList<float> Std { get; init; }
}

/// <summary>How text reaches the model: CLIP's byte-level BPE.</summary>
public sealed record TextSection
{
    /// <summary>Most tokens, start and end among them.</summary>
    public required int ContextLength { get; init; }

    /// <summary><c>tokenizer.json</c>, or <c>vocab.json</c>.</summary>
    public required string Vocabulary { get; init; }

    /// <summary><c>merges.txt</c>; null where <see cref="Vocabulary"/> is a <c>tokenizer.json</c>.</summary>
    public string? Merges { get; init; }

    public required string StartToken { get; init; }

    public required string EndToken { get; init; }

    /// <summary>What fills a row up to its length.</summary>
    public required string PadToken { get; init; }

    /// <summary>True where the graph takes only rows of exactly <see cref="ContextLength"/>; false where a batch may be as short as its longest text.</summary>
    public bool FixedLength { get; init; }
}

/// <summary>How the hidden states of a tower become one vector.</summary>
public enum Pooling
{
    None = 0,

    /// <summary>The output is already one vector an input.</summary>
    Pooled = 1,

    /// <summary>The state at the first end token (text).</summary>
    EndToken = 2,

    /// <summary>The first state (image: the class token).</summary>
    FirstToken = 3,

    /// <summary>The mean of all states that stand for input.</summary>
    Mean = 4,
}

/// <summary>One tower: its graph, the names of its tensors, and what is done with its output.</summary>
public sealed record TowerSection
{
    /// <summary>The ONNX file. Both towers name the same one where the export is fused.</summary>
    public required string File { get; init; }

    /// <summary>The token ids or the pixels.</summary>
    public required string Input { get; init; }

    /// <summary>The mask (1 for a token, 0 for padding); null where the graph has none.</summary>
    public string? AttentionMask { get; init; }

    /// <summary>The embeddings, a pooled state, or all hidden states.</summary>
    public required string Output { get; init; }

    public required Pooling Pooling { get; init; }

    /// <summary>A matrix after pooling: a <c>.npy</c> file of float32 [in, out], raw little-endian float32, or an <c>.onnx</c> with one input and one output. Null where the graph projects itself.</summary>
    public string? Projection { get; init; }
}

public sealed record OnnxSection
{
    public required TowerSection Text { get; init; }

    public required TowerSection Image { get; init; }
}
