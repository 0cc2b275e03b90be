using ClipOrleans.Clip.Inference;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ClipOrleans.Clip.Models;

/// <summary>Both towers, the size of their common space, and the length of a text where the graph fixes it.</summary>
internal sealed record Towers(TowerSection Text, TowerSection Image, int Dimensions, int? FixedLength);

/// <summary>Which input and output of the graphs to use, and whether a projection must follow.</summary>
internal static class TowerInference
{
    private const string Mask = "attention_mask";

    private static readonly string[] TextOutputs = ["text_embeds", "text_embeddings", "text_features"];

    private static readonly string[] ImageOutputs = ["image_embeds", "image_embeddings", "image_features"];

    private static readonly string[] PooledOutputs = ["pooler_output", "pooled_output"];

    private static readonly string[] ProjectionTypes = ["onnx", "npy", "bin"];

    public static Towers Infer(string folder, ConfigFile config, GraphFile text, GraphFile image)
    {
        var dimensions = config.Number("projection_dim") ?? config.Number("text_config", "projection_dim") ?? config.Number("vision_config", "projection_dim");
        var ids = Input(text, "input_ids", t => t.Type is TensorElementType.Int64 or TensorElementType.Int32 && t.Dimensions.Count == 2);
        var pixels = Input(image, "pixel_values", t => t.Dimensions.Count == 4);
        var fused = text.Relative == image.Relative;
        var textTower = Tower(folder, text, ids, TextOutputs, Pooling.EndToken, "text", dimensions, fused) with
        {
            AttentionMask = text.Shape.Input(Mask)?.Name,
        };
        var imageTower = Tower(folder, image, pixels, ImageOutputs, Pooling.FirstToken, "image", dimensions, fused);
        dimensions ??= Width(text, textTower) ?? Width(image, imageTower);
        if (dimensions is null)
            throw new ModelException(ModelFault.FileInvalid, config.Path, $"{config.Path} has no projection_dim and the graphs leave the size of the embeddings open: write a {ModelManifestFile.FileName} with 'dimensions'.");
        return new Towers(textTower, imageTower, dimensions.Value, ids.Dimensions[1] > 0 ? ids.Dimensions[1] : null);
    }

    private static TensorShape Input(GraphFile graph, string name, Func<TensorShape, bool> alike)
    {
        if (graph.Shape.Input(name) is { } named)
            return named;
        var candidates = graph.Shape.Inputs.Where(t => t.Name != Mask && alike(t)).ToList();
        return candidates.Count == 1
            ? candidates[0]
            : throw new ModelException(ModelFault.GraphMismatch, graph.Shape.Path, $"{graph.Shape.Path} has no input '{name}' but {string.Join("; ", graph.Shape.Inputs)}.");
    }

    private static TowerSection Tower(string folder, GraphFile graph, TensorShape input, string[] embeddings, Pooling own, string tower, int? dimensions, bool fused)
    {
        TowerSection Section(TensorShape output, Pooling pooling, string? projection) => new()
        {
            File = graph.Relative,
            Input = input.Name,
            Output = output.Name,
            Pooling = pooling,
            Projection = projection,
        };

        var outputs = graph.Shape.Outputs;
        if (outputs.FirstOrDefault(o => embeddings.Contains(o.Name)) is { } projected)
            return Section(projected, Pooling.Pooled, null);

        // A fused graph has one pooler_output at most and doesn't say whose.
        var pooled = fused ? null : outputs.FirstOrDefault(o => PooledOutputs.Contains(o.Name));
        var only = !fused && outputs.Count == 1 && outputs[0].Dimensions.Count == 2 ? outputs[0] : null;
        var hidden = fused ? null : outputs.FirstOrDefault(o => o.Name == "last_hidden_state") ?? (outputs.Count == 1 && outputs[0].Dimensions.Count == 3 ? outputs[0] : null);
        if ((pooled ?? only ?? hidden) is not { } output)
            throw new ModelException(ModelFault.GraphMismatch, graph.Shape.Path, $"{graph.Shape.Path} has none of the outputs {string.Join(", ", embeddings)}, pooler_output, last_hidden_state but {string.Join("; ", outputs)}.");
        var file = ProjectionFile(folder, tower);
        if (file is null && dimensions is not null && (output != only || (output.Dimensions[^1] > 0 && output.Dimensions[^1] != dimensions)))
        {
            throw new ModelException(ModelFault.FileMissing, folder, $"{graph.Shape.Path} gives only '{output}', before the projection into the common space of {dimensions} dimensions: "
                + $"add {tower}_projection.npy (float32 [hidden, {dimensions}]) or export the tower with its projection ({embeddings[0]}).");
        }

        return Section(output, output == hidden ? own : Pooling.Pooled, file);
    }

    private static string? ProjectionFile(string folder, string tower)
    {
        string[] stems = tower == "image" ? ["image_projection", "visual_projection", "vision_projection"] : ["text_projection"];
        return Graphs.First(folder, from stem in stems from type in ProjectionTypes select $"{stem}.{type}");
    }

    private static int? Width(GraphFile graph, TowerSection tower) =>
        tower.Projection is null && graph.Shape.Output(tower.Output)?.Dimensions is [.., > 0 and var width] ? width : null;
}
