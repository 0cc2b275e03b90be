using ClipOrleans.Clip.Models;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ClipOrleans.Clip.Inference;

/// <summary>
/// What both towers share: the graph is checked against the manifest when it is opened, and hidden states become unit vectors.
/// Safe for any number of threads.
/// </summary>
internal abstract class Tower : IDisposable
{
    private readonly InferenceSession _session;
    private readonly Projection? _projection;
    private readonly IReadOnlyList<(string Name, OrtValue Value)> _dummies;
    private readonly int _dimensions;
    private readonly string[] _outputs;

    protected Tower(string folder, TowerSection section, int dimensions, InferenceSession session, IReadOnlyList<(string Name, OrtValue Value)> dummies)
    {
        Path = System.IO.Path.Combine(folder, section.File);
        Section = section;
        _session = session;
        _dimensions = dimensions;
        _dummies = dummies;
        _outputs = [section.Output];
        var shape = GraphShape.Of(Path, session);
        Input = shape.Input(section.Input) ?? throw Mismatch($"has no input '{section.Input}' but {string.Join("; ", shape.Inputs)}");
        if (section.AttentionMask is { } mask && shape.Input(mask) is null)
            throw Mismatch($"has no input '{mask}' but {string.Join("; ", shape.Inputs)}");
        var unfed = shape.Inputs.Where(i => i.Name != section.Input && i.Name != section.AttentionMask && dummies.All(d => d.Name != i.Name)).ToList();
        if (unfed.Count > 0)
            throw Mismatch($"wants '{string.Join("; ", unfed)}' too, which the manifest does not say how to feed");
        var output = shape.Output(section.Output) ?? throw Mismatch($"has no output '{section.Output}' but {string.Join("; ", shape.Outputs)}");
        if (Input.Dimensions is [> 1 and var batch, ..])
            throw Mismatch($"takes batches of exactly {batch}: a free batch dimension, or 1, is right");
        OneAtATime = Input.Dimensions is [1, ..];
        _projection = section.Projection is { } file ? Projection.Load(ModelFile.Existing(folder, file, "a projection"), dimensions) : null;
        CheckOutput(output);
    }

    public TowerSection Section { get; }

    /// <summary>The graph was exported for a batch of one.</summary>
    public bool OneAtATime { get; }

    protected string Path { get; }

    protected TensorShape Input { get; }

    public void Dispose() => _projection?.Dispose();

    protected ModelException Mismatch(string what) => new(ModelFault.GraphMismatch, Path, $"{Path} {what}.");

    /// <summary>Runs the graph on a batch and returns its unit vectors; <paramref name="lengths"/> are the tokens of each row where rows have any.</summary>
    protected float[][] Run(OrtValue input, OrtValue? mask, int batch, ReadOnlySpan<int> lengths, ReadOnlySpan<int> positions)
    {
        var names = new List<string>(3) { Section.Input };
        var values = new List<OrtValue>(3) { input };
        if (mask is not null)
        {
            names.Add(Section.AttentionMask!);
            values.Add(mask);
        }

        foreach (var (name, value) in _dummies)
        {
            names.Add(name);
            values.Add(value);
        }

        using var options = new RunOptions();
        using var results = _session.Run(options, names, values, _outputs);
        var shape = results[0].GetTensorTypeAndShape().Shape;
        var states = results[0].GetTensorDataAsSpan<float>();
        if (shape.Length != (Section.Pooling == Pooling.Pooled ? 2 : 3) || shape[0] != batch)
            throw new ModelException(ModelFault.RunFailed, Path, $"{Path} gave [{string.Join(", ", shape)}] for a batch of {batch} and pooling '{Section.Pooling}'.");
        var width = (int)shape[^1];
        var rows = shape.Length == 3 ? (int)shape[1] : 1;
        var embeddings = new float[batch][];
        for (var i = 0; i < batch; i++)
        {
            var own = states.Slice(i * rows * width, rows * width);
            embeddings[i] = Finish(Pool(own, rows, width, lengths.IsEmpty ? rows : lengths[i], positions.IsEmpty ? 0 : positions[i]));
        }

        return embeddings;
    }

    private ReadOnlySpan<float> Pool(ReadOnlySpan<float> states, int rows, int width, int length, int position) => Section.Pooling switch
    {
        Pooling.Pooled => states,
        Pooling.EndToken => states.Slice(position * width, width),
        Pooling.FirstToken => states[..width],
        Pooling.Mean => Mean(states, Math.Min(rows, length), width),
        var other => throw new InvalidOperationException($"Pooling {other} is not in any manifest that was checked."),
    };

    private static float[] Mean(ReadOnlySpan<float> states, int rows, int width)
    {
        var mean = new float[width];
        for (var row = 0; row < rows; row++)
        {
            for (var i = 0; i < width; i++)
                mean[i] += states[(row * width) + i] / rows;
        }

        return mean;
    }

    private float[] Finish(ReadOnlySpan<float> state)
    {
        if (_projection is { Inputs: > 0 and var inputs } && inputs != state.Length)
            throw new ModelException(ModelFault.GraphMismatch, Path, $"{Path} gives states of {state.Length} numbers, its projection takes {inputs}.");
        var embedding = _projection is null ? state.ToArray() : _projection.Apply(state);
        if (embedding.Length != _dimensions)
            throw new ModelException(ModelFault.GraphMismatch, Path, $"{Path} gives {embedding.Length} dimensions, the manifest says {_dimensions}.");
        return Embeddings.TryNormalize(embedding)
            ? embedding
            : throw new ModelException(ModelFault.RunFailed, Path, $"{Path} gave an embedding that is zero, infinite or not a number.");
    }

    private void CheckOutput(TensorShape output)
    {
        var rank = Section.Pooling == Pooling.Pooled ? 2 : 3;
        if (output.Type != TensorElementType.Float || output.Dimensions.Count != rank)
            throw Mismatch($"gives '{output}': float32 of rank {rank} is right for pooling '{Section.Pooling}'");
        var width = output.Dimensions[^1];
        var wanted = _projection?.Inputs ?? _dimensions;
        if (width > 0 && wanted > 0 && width != wanted)
        {
            throw Mismatch(_projection is null
                ? $"gives {width} dimensions, the manifest says {wanted}"
                : $"gives states of {width} numbers, its projection takes {wanted}");
        }
    }
}
