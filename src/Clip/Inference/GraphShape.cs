using ClipOrleans.Clip.Models;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ClipOrleans.Clip.Inference;

/// <summary>One input or output of a graph; −1 is a free dimension.</summary>
internal sealed record TensorShape(string Name, TensorElementType Type, IReadOnlyList<int> Dimensions)
{
    public override string ToString() => $"{Name}: {Type}[{string.Join(", ", Dimensions.Select(d => d < 0 ? "?" : d.ToString(System.Globalization.CultureInfo.InvariantCulture)))}]";
}

/// <summary>What an ONNX graph takes and gives.</summary>
internal sealed record GraphShape(string Path, IReadOnlyList<TensorShape> Inputs, IReadOnlyList<TensorShape> Outputs)
{
    /// <summary>Opens the graph only to look at it. Throws <see cref="ModelException"/>.</summary>
    public static GraphShape Read(string path)
    {
        using var options = new SessionOptions { GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL, IntraOpNumThreads = 1, InterOpNumThreads = 1 };
        using var session = Onnx.Open(path, options);
        return Of(path, session);
    }

    public static GraphShape Of(string path, InferenceSession session) => new(path, Tensors(session.InputMetadata), Tensors(session.OutputMetadata));

    public TensorShape? Input(string name) => Inputs.FirstOrDefault(t => t.Name == name);

    public TensorShape? Output(string name) => Outputs.FirstOrDefault(t => t.Name == name);

    private static List<TensorShape> Tensors(IReadOnlyDictionary<string, NodeMetadata> metadata) =>
        metadata.Select(m => new TensorShape(m.Key, m.Value.IsTensor ? m.Value.ElementDataType : TensorElementType.DataTypeMax, m.Value.IsTensor ? m.Value.Dimensions : [])).ToList();
}
