using System.Runtime.InteropServices;
using Google.Protobuf;

namespace ClipOrleans.Clip.Tests.Models;

/// <summary>Element types of ONNX that the tests use, by their numbers in the format.</summary>
public enum OnnxType
{
    None = 0,
    Float = 1,
    Int32 = 6,
    Int64 = 7,
}

/// <summary>
/// Writes small ONNX models, message by message: enough of the format (onnx.proto) for graphs of a few nodes. −1 is a free dimension.
/// </summary>
internal sealed class OnnxGraph
{
    private const int OperatorSet = 17;
    private const int IrVersion = 8;

    private readonly List<byte[]> _nodes = [];
    private readonly List<byte[]> _initializers = [];
    private readonly List<byte[]> _inputs = [];
    private readonly List<byte[]> _outputs = [];

    public OnnxGraph Input(string name, OnnxType type, params int[] dimensions)
    {
        _inputs.Add(Value(name, type, dimensions));
        return this;
    }

    public OnnxGraph Output(string name, params int[] dimensions)
    {
        _outputs.Add(Value(name, OnnxType.Float, dimensions));
        return this;
    }

    public OnnxGraph Constant(string name, float[] values, params int[] dimensions) => Tensor(name, OnnxType.Float, MemoryMarshal.AsBytes(values.AsSpan()), dimensions);

    public OnnxGraph Constant(string name, params long[] values) => Tensor(name, OnnxType.Int64, MemoryMarshal.AsBytes(values.AsSpan()), [values.Length]);

    public OnnxGraph Node(string type, string[] inputs, string output, params (string Name, long Value)[] attributes)
    {
        _nodes.Add(Message(m =>
        {
            foreach (var input in inputs)
                Text(m, 1, input);
            Text(m, 2, output);
            Text(m, 4, type);
            foreach (var (name, value) in attributes)
            {
                Bytes(m, 5, Message(a =>
                {
                    Text(a, 1, name);
                    Number(a, 3, value);
                    Number(a, 20, 2);
                }));
            }
        }));
        return this;
    }

    public void Save(string path)
    {
        var graph = Message(g =>
        {
            _nodes.ForEach(n => Bytes(g, 1, n));
            Text(g, 2, "graph");
            _initializers.ForEach(i => Bytes(g, 5, i));
            _inputs.ForEach(i => Bytes(g, 11, i));
            _outputs.ForEach(o => Bytes(g, 12, o));
        });
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, Message(m =>
        {
            Number(m, 1, IrVersion);
            Bytes(m, 7, graph);
            Bytes(m, 8, Message(o => Number(o, 2, OperatorSet)));
        }));
    }

    private OnnxGraph Tensor(string name, OnnxType type, ReadOnlySpan<byte> raw, int[] dimensions)
    {
        var content = raw.ToArray();
        _initializers.Add(Message(t =>
        {
            foreach (var dimension in dimensions)
                Number(t, 1, dimension);
            Number(t, 2, (int)type);
            Text(t, 8, name);
            Bytes(t, 9, content);
        }));
        return this;
    }

    private static byte[] Value(string name, OnnxType type, int[] dimensions)
    {
        var shape = Message(s =>
        {
            for (var i = 0; i < dimensions.Length; i++)
            {
                var (index, dimension) = (i, dimensions[i]);
                Bytes(s, 1, Message(d =>
                {
                    if (dimension >= 0)
                        Number(d, 1, dimension);
                    else
                        Text(d, 2, $"free{index}");
                }));
            }
        });
        var tensor = Message(t =>
        {
            Number(t, 1, (int)type);
            Bytes(t, 2, shape);
        });
        return Message(v =>
        {
            Text(v, 1, name);
            Bytes(v, 2, Message(t => Bytes(t, 1, tensor)));
        });
    }

    private static byte[] Message(Action<CodedOutputStream> write)
    {
        using var stream = new MemoryStream();
        using (var coded = new CodedOutputStream(stream, leaveOpen: true))
            write(coded);
        return stream.ToArray();
    }

    private static void Text(CodedOutputStream message, int field, string value)
    {
        message.WriteTag(field, WireFormat.WireType.LengthDelimited);
        message.WriteString(value);
    }

    private static void Bytes(CodedOutputStream message, int field, byte[] value)
    {
        message.WriteTag(field, WireFormat.WireType.LengthDelimited);
        message.WriteBytes(ByteString.CopyFrom(value));
    }

    private static void Number(CodedOutputStream message, int field, long value)
    {
        message.WriteTag(field, WireFormat.WireType.Varint);
        message.WriteInt64(value);
    }
}
