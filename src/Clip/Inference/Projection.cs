using System.Numerics;
using System.Runtime.InteropServices;
using ClipOrleans.Clip.Models;
using Microsoft.ML.OnnxRuntime;

namespace ClipOrleans.Clip.Inference;

/// <summary>The linear map from a tower's hidden state into the common space, where the graph doesn't hold it.</summary>
internal abstract class Projection : IDisposable
{
    /// <summary>Reads a <c>.npy</c>, an <c>.onnx</c>, or (any other ending) raw little-endian float32 [in, out]. Throws <see cref="ModelException"/>.</summary>
    public static Projection Load(string path, int dimensions) => Path.GetExtension(path) switch
    {
        ".onnx" => OnnxProjection.Open(path, dimensions),
        ".npy" => MatrixProjection.FromNumpy(path, dimensions),
        _ => MatrixProjection.FromRaw(path, dimensions),
    };

    /// <summary>Length of a hidden state; −1 where only the run will tell.</summary>
    public abstract int Inputs { get; }

    public abstract float[] Apply(ReadOnlySpan<float> state);

    public virtual void Dispose()
    {
    }
}

internal sealed class MatrixProjection : Projection
{
    private readonly float[] _matrix;
    private readonly int _dimensions;

    private MatrixProjection(float[] matrix, int dimensions) => (_matrix, _dimensions) = (matrix, dimensions);

    public override int Inputs => _matrix.Length / _dimensions;

    public static MatrixProjection FromNumpy(string path, int dimensions)
    {
        var (values, rows, columns) = NumpyFile.ReadMatrix(path);
        return columns == dimensions
            ? new MatrixProjection(values, dimensions)
            : throw new ModelException(ModelFault.GraphMismatch, path, $"{path} is a [{rows}, {columns}] matrix: [hidden, {dimensions}] is right (a PyTorch 'weight' must be transposed first).");
    }

    public static MatrixProjection FromRaw(string path, int dimensions)
    {
        var bytes = File.ReadAllBytes(path);
        return bytes.Length > 0 && bytes.Length % (dimensions * sizeof(float)) == 0
            ? new MatrixProjection(MemoryMarshal.Cast<byte, float>(bytes).ToArray(), dimensions)
            : throw new ModelException(ModelFault.FileInvalid, path, $"{path} has {bytes.Length} bytes: raw float32 [hidden, {dimensions}] is a multiple of {dimensions * sizeof(float)}.");
    }

    public override float[] Apply(ReadOnlySpan<float> state)
    {
        var result = new float[_dimensions];
        for (var i = 0; i < state.Length; i++)
            AddScaled(result, _matrix.AsSpan(i * _dimensions, _dimensions), state[i]);
        return result;
    }

    private static void AddScaled(Span<float> sum, ReadOnlySpan<float> row, float factor)
    {
        var i = 0;
        for (; i <= sum.Length - Vector<float>.Count; i += Vector<float>.Count)
            (new Vector<float>(sum[i..]) + (new Vector<float>(row[i..]) * factor)).CopyTo(sum[i..]);
        for (; i < sum.Length; i++)
            sum[i] += row[i] * factor;
    }
}

internal sealed class OnnxProjection : Projection
{
    private readonly InferenceSession _session;
    private readonly string _input;
    private readonly string _output;

    private OnnxProjection(InferenceSession session, TensorShape input, TensorShape output)
    {
        (_session, _input, _output) = (session, input.Name, output.Name);
        Inputs = input.Dimensions[^1];
    }

    public override int Inputs { get; }

    public static OnnxProjection Open(string path, int dimensions)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 };
        var session = Onnx.Open(path, options);
        var shape = GraphShape.Of(path, session);
        if (shape is { Inputs: [{ Dimensions.Count: 2 } input], Outputs: [{ Dimensions.Count: 2 } output] } && (output.Dimensions[1] < 0 || output.Dimensions[1] == dimensions))
            return new OnnxProjection(session, input, output);
        session.Dispose();
        throw new ModelException(ModelFault.GraphMismatch, path, $"{path} is no projection: one input [batch, hidden] and one output [batch, {dimensions}] are right, not {string.Join("; ", shape.Inputs)} → {string.Join("; ", shape.Outputs)}.");
    }

    public override float[] Apply(ReadOnlySpan<float> state)
    {
        using var input = OrtValue.CreateTensorValueFromMemory(state.ToArray(), [1, state.Length]);
        using var run = new RunOptions();
        using var results = _session.Run(run, [_input], [input], [_output]);
        return results[0].GetTensorDataAsSpan<float>().ToArray();
    }

    public override void Dispose()
    {
        _session.Dispose();
        base.Dispose();
    }
}
