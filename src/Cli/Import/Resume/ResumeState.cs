using System.Text.Json.Serialization;

namespace ClipOrleans.Cli.Import.Resume;

/// <summary>How far an import has come, as its state file tells it.</summary>
/// <param name="Format">Version of this file's format.</param>
/// <param name="Target">The server, the index and its creation: rows in an index that was deleted since do not count.</param>
/// <param name="Source">Fingerprint of the source and of what its columns mean.</param>
/// <param name="Rows">Rows of the source.</param>
/// <param name="Acknowledged">Rows that the server has stored, as pairs of first and last.</param>
internal sealed record ResumeState(int Format, string Target, string Source, long Rows, long[][] Acknowledged)
{
    public const int CurrentFormat = 1;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ResumeState))]
internal sealed partial class ResumeJson : JsonSerializerContext;
