using ClipOrleans.Clip.Models;
using ClipOrleans.Clip.Text;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ClipOrleans.Clip.Inference;

/// <summary>
/// Token ids to unit vectors. A batch is as long as its longest text (what stands behind the end token is ignored by the model, so it need
/// not be computed), unless the graph was exported for one length only.
/// </summary>
internal sealed class TextTower : Tower
{
    private readonly ClipTokenizer _tokenizer;
    private readonly int _fixedLength;
    private readonly TensorElementType _maskType;

    public TextTower(string folder, ModelManifest manifest, ClipTokenizer tokenizer, InferenceSession session, IReadOnlyList<(string Name, OrtValue Value)> dummies)
        : base(folder, manifest.Onnx.Text, manifest.Dimensions, session, dummies)
    {
        _tokenizer = tokenizer;
        if (Input.Dimensions.Count != 2 || Input.Type is not (TensorElementType.Int64 or TensorElementType.Int32))
            throw Mismatch($"takes '{Input}' as token ids: int64 or int32 [batch, sequence] is right");
        if (Input.Dimensions[1] > 0 && Input.Dimensions[1] != manifest.Text.ContextLength)
            throw Mismatch($"takes rows of exactly {Input.Dimensions[1]} tokens, the manifest's contextLength is {manifest.Text.ContextLength}");
        _fixedLength = manifest.Text.FixedLength || Input.Dimensions[1] > 0 ? manifest.Text.ContextLength : 0;
        if (Section.AttentionMask is { } mask)
        {
            _maskType = session.InputMetadata[mask].ElementDataType;
            if (_maskType is not (TensorElementType.Int64 or TensorElementType.Int32))
                throw Mismatch($"takes '{mask}' as {_maskType}: int64 or int32 is right");
        }
    }

    public float[][] Run(IReadOnlyList<int[]> texts)
    {
        var length = _fixedLength > 0 ? _fixedLength : texts.Max(t => t.Length);
        var shape = new long[] { texts.Count, length };
        var lengths = new int[texts.Count];
        var positions = new int[texts.Count];
        var ids = new int[texts.Count * length];
        Array.Fill(ids, _tokenizer.PadId);
        for (var i = 0; i < texts.Count; i++)
        {
            texts[i].CopyTo(ids, i * length);
            lengths[i] = texts[i].Length;
            positions[i] = Array.IndexOf(texts[i], _tokenizer.EndId);
        }

        using var input = Integers(ids, Input.Type, shape);
        using var mask = Section.AttentionMask is null ? null : Integers(MaskOf(lengths, length), _maskType, shape);
        return Run(input, mask, texts.Count, lengths, positions);
    }

    /// <summary>A text of nothing: what a fused graph is fed as text while it embeds an image.</summary>
    public static IReadOnlyList<(string Name, OrtValue Value)> Dummies(ModelManifest manifest, ClipTokenizer tokenizer, GraphShape graph)
    {
        var length = graph.Input(manifest.Onnx.Text.Input) is { Dimensions: [_, > 0 and var exact] } ? exact : 2;
        var ids = new int[length];
        Array.Fill(ids, tokenizer.PadId);
        (ids[0], ids[1]) = (tokenizer.StartId, tokenizer.EndId);
        var dummies = new List<(string, OrtValue)>();
        if (graph.Input(manifest.Onnx.Text.Input) is { } input)
            dummies.Add((input.Name, Integers(ids, input.Type, [1, length])));
        if (manifest.Onnx.Text.AttentionMask is { } name && graph.Input(name) is { } mask)
            dummies.Add((name, Integers(MaskOf([2], length), mask.Type, [1, length])));
        return dummies;
    }

    private static int[] MaskOf(ReadOnlySpan<int> lengths, int width)
    {
        var mask = new int[lengths.Length * width];
        for (var i = 0; i < lengths.Length; i++)
            mask.AsSpan(i * width, lengths[i]).Fill(1);
        return mask;
    }

    private static OrtValue Integers(int[] values, TensorElementType type, long[] shape) => type == TensorElementType.Int32
        ? OrtValue.CreateTensorValueFromMemory(values, shape)
        : OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(values, v => (long)v), shape);
}
