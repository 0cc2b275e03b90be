using ClipOrleans.Clip.Inference;

namespace ClipOrleans.Clip.Models;

/// <summary>A graph and its path relative to the model's folder.</summary>
internal sealed record GraphFile(string Relative, GraphShape Shape);

/// <summary>Where Hugging Face exports keep their graphs.</summary>
internal static class Graphs
{
    private static readonly string[] Folders = ["onnx", "."];

    private static readonly string[] TextNames = ["text_model.onnx", "textual.onnx", "text.onnx"];

    private static readonly string[] ImageNames = ["vision_model.onnx", "visual.onnx", "vision.onnx", "image_model.onnx"];

    private static readonly string[] FusedNames = ["model.onnx"];

    /// <summary>The graphs of both towers; the same one twice where the export is fused. Throws <see cref="ModelException"/>.</summary>
    public static (GraphFile Text, GraphFile Image) Find(string folder)
    {
        var text = First(folder, TextNames);
        var image = First(folder, ImageNames);
        if (text is not null && image is not null)
            return (Read(folder, text), Read(folder, image));
        if (First(folder, FusedNames) is { } fused)
        {
            var graph = Read(folder, fused);
            return (graph, graph);
        }

        var missing = (text, image) switch
        {
            (not null, null) => $"has {text} but no image tower (onnx/vision_model.onnx)",
            (null, not null) => $"has {image} but no text tower (onnx/text_model.onnx)",
            _ => "has no ONNX files: onnx/text_model.onnx with onnx/vision_model.onnx, or a fused onnx/model.onnx, belong there",
        };
        throw new ModelException(ModelFault.FileMissing, folder, $"{folder} {missing}.");
    }

    /// <summary>The first of <paramref name="names"/> that exists, relative to <paramref name="folder"/>.</summary>
    public static string? First(string folder, IEnumerable<string> names) =>
        (from name in names
         from sub in Folders
         let relative = sub == "." ? name : $"{sub}/{name}"
         where File.Exists(Path.Combine(folder, relative))
         select relative).FirstOrDefault();

    private static GraphFile Read(string folder, string relative) => new(relative, GraphShape.Read(Path.Combine(folder, relative)));
}
