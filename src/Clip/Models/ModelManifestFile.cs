using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClipOrleans.Clip.Models;

/// <summary><c>model.json</c> on disk: read whole, checked whole, then used.</summary>
public static class ModelManifestFile
{
    public const string FileName = "model.json";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.Strict,
        PropertyNameCaseInsensitive = false,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false) },
    };

    /// <summary>
    /// The manifest of the model in <paramref name="folder"/>: its <c>model.json</c>, or else what the files of a Hugging Face export say.
    /// Throws <see cref="ModelException"/>.
    /// </summary>
    public static ModelManifest ReadOrInfer(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (!Directory.Exists(folder))
            throw new ModelException(ModelFault.NotFound, folder, $"There is no folder {folder}.");
        return File.Exists(Path.Combine(folder, FileName)) ? Read(folder) : HuggingFaceFolder.Infer(folder);
    }

    /// <summary>Writes the manifest beside the model's files; the old one is replaced in one step.</summary>
    public static void Write(string folder, ModelManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ManifestRules.Check(folder, manifest);
        var path = Path.Combine(folder, FileName);
        var temporary = path + ".tmp";
        File.WriteAllText(temporary, JsonSerializer.Serialize(manifest, Json) + "\n");
        File.Move(temporary, path, overwrite: true);
    }

    private static ModelManifest Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            using var stream = File.OpenRead(path);
            var manifest = JsonSerializer.Deserialize<ModelManifest>(stream, Json)
                ?? throw new ModelException(ModelFault.FileInvalid, path, $"{path} is 'null', not a manifest.");
            ManifestRules.Check(folder, manifest);
            return manifest;
        }
        catch (JsonException e)
        {
            throw new ModelException(ModelFault.FileInvalid, path, $"{path} is not a manifest: {e.Message}", e);
        }
    }
}
