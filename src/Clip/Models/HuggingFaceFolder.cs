using System.Security.Cryptography;
using System.Text;

namespace ClipOrleans.Clip.Models;

/// <summary>
/// The manifest of a Hugging Face ONNX export, from <c>config.json</c>, <c>preprocessor_config.json</c>, <c>tokenizer.json</c> or
/// <c>vocab.json</c> with <c>merges.txt</c>, <c>tokenizer_config.json</c>, and the inputs and outputs of the graphs themselves.
/// What those files leave open is not guessed: it is an error that says what to write into <c>model.json</c>.
/// </summary>
internal static class HuggingFaceFolder
{
    /// <summary>CLIP's length, where no file gives one.</summary>
    private const int UsualContextLength = 77;

    private static readonly string[] SentencePieceFiles = ["spiece.model", "sentencepiece.bpe.model", "tokenizer.model"];

    public static ModelManifest Infer(string folder)
    {
        using var config = ConfigFile.Required(folder, "config.json", $"or a {ModelManifestFile.FileName}");
        using var preprocessor = ConfigFile.Required(folder, "preprocessor_config.json", "how images are resized and normalised");
        var (text, image) = Graphs.Find(folder);
        var towers = TowerInference.Infer(folder, config, text, image);
        var manifest = new ModelManifest
        {
            Name = NameOf(folder),
            Revision = RevisionOf(folder, towers.Text, towers.Image),
            Dimensions = towers.Dimensions,
            Licence = config.Text("license") ?? "",
            Source = config.Text("_name_or_path") is { } origin && !Path.IsPathRooted(origin) ? origin : "",
            Image = PreprocessorInference.Infer(preprocessor),
            Text = InferText(folder, config, towers.FixedLength),
            Onnx = new OnnxSection { Text = towers.Text, Image = towers.Image },
        };
        ManifestRules.Check(folder, manifest);
        return manifest;
    }

    private static TextSection InferText(string folder, ConfigFile config, int? fixedLength)
    {
        using var tokenizer = ConfigFile.Optional(folder, "tokenizer_config.json");
        var length = fixedLength
            ?? config.Number("text_config", "max_position_embeddings")
            ?? tokenizer?.Number("model_max_length")
            ?? UsualContextLength;
        var end = Token(tokenizer, "eos_token") ?? "<|endoftext|>";
        var section = new TextSection
        {
            ContextLength = length,
            Vocabulary = "vocab.json",
            Merges = "merges.txt",
            StartToken = Token(tokenizer, "bos_token") ?? "<|startoftext|>",
            EndToken = end,
            PadToken = Token(tokenizer, "pad_token") ?? end,
            FixedLength = fixedLength is not null,
        };
        if (File.Exists(Path.Combine(folder, "vocab.json")) && File.Exists(Path.Combine(folder, "merges.txt")))
            return section;
        if (File.Exists(Path.Combine(folder, "tokenizer.json")))
            return section with { Vocabulary = "tokenizer.json", Merges = null };
        var sentencePiece = SentencePieceFiles.FirstOrDefault(f => File.Exists(Path.Combine(folder, f)));
        throw sentencePiece is null
            ? new ModelException(ModelFault.FileMissing, folder, $"{folder} has no tokenizer: tokenizer.json, or vocab.json with merges.txt, belongs there.")
            : new ModelException(ModelFault.Unsupported, folder, $"{folder} has a SentencePiece tokenizer ({sentencePiece}), as SigLIP does: only CLIP's byte-level BPE is supported.");
    }

    /// <summary>A token is a string, or an object with its <c>content</c>.</summary>
    private static string? Token(ConfigFile? file, string name) => file?.Text(name) ?? file?.Text(name, "content");

    private static string NameOf(string folder)
    {
        var name = new StringBuilder();
        foreach (var c in Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))).ToLowerInvariant())
        {
            if (char.IsAsciiLetterOrDigit(c) || (name.Length > 0 && c is '.' or '_' or '-'))
                name.Append(c);
            else if (name.Length > 0)
                name.Append('-');
        }

        return name.ToString(0, Math.Min(63, name.Length));
    }

    /// <summary>The first 12 hexadecimal digits of a hash of the graphs: other weights are another revision without anybody thinking of it.</summary>
    private static string RevisionOf(string folder, TowerSection text, TowerSection image)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in new[] { text.File, image.File, text.Projection, image.Projection }.OfType<string>().Distinct(StringComparer.Ordinal))
        {
            using var stream = File.OpenRead(Path.Combine(folder, file));
            hash.AppendData(SHA256.HashData(stream));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..12];
    }
}
