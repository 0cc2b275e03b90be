using System.Text.Json;
using System.Text.Json.Serialization;
using ClipOrleans.Cli.App;
using ClipOrleans.Client.Tenants;

namespace ClipOrleans.Cli.Tenants;

/// <summary>
/// <c>tenant.json</c> of an export: what the tenant may use, which keys it had (the keys themselves nobody knows), and a backup of each
/// index beside it. It is written last: a folder without it is no whole export.
/// </summary>
/// <param name="Format">Version of the layout.</param>
/// <param name="Tenant">Its id.</param>
/// <param name="CreatedAt">Of the tenant.</param>
/// <param name="Quotas">What it may use.</param>
/// <param name="Keys">In the order in which they were made.</param>
/// <param name="Indexes">By name.</param>
internal sealed record TenantExportFile(
    int Format, string Tenant, DateTimeOffset? CreatedAt, Quotas Quotas, IReadOnlyList<ExportedKey> Keys, IReadOnlyList<ExportedIndex> Indexes)
{
    public const string FileName = "tenant.json";
    public const int CurrentFormat = 1;

    /// <summary>Where the backup of an index stands in the folder of an export.</summary>
    public static string PathOf(string folder, string index) => Path.Combine(folder, "indexes", index + ".tar");

    public async Task WriteAsync(string folder, CancellationToken stop)
    {
        var path = Path.Combine(folder, FileName);
        var file = new FileStream(path + ".partial", FileMode.Create, FileAccess.Write);
        await using (file.ConfigureAwait(false))
        {
            await JsonSerializer.SerializeAsync(file, this, TenantExportJson.Default.TenantExportFile, stop).ConfigureAwait(false);
            file.Flush(flushToDisk: true);
        }

        File.Move(path + ".partial", path);
    }

    /// <exception cref="CliError">There is no export, or one that this program does not know.</exception>
    public static async Task<TenantExportFile> ReadAsync(string folder, CancellationToken stop)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            throw new CliError($"{folder} holds no {FileName}", "Give a folder that \"clip tenant export\" has finished");
        try
        {
            var file = File.OpenRead(path);
            await using (file.ConfigureAwait(false))
            {
                var read = await JsonSerializer.DeserializeAsync(file, TenantExportJson.Default.TenantExportFile, stop).ConfigureAwait(false);
                return read is { Format: CurrentFormat, Indexes: not null, Keys: not null, Quotas: not null } && !read.Indexes.Contains(null!) && !read.Keys.Contains(null!)
                    ? read
                    : throw new CliError($"{path}: this program knows format version {CurrentFormat}", "Use the clip of the version that made the export, or a newer one");
            }
        }
        catch (JsonException fault)
        {
            throw new CliError($"{path} is damaged: {fault.Message}", "Use another copy");
        }
    }
}

/// <summary>A key that the tenant had, without what opens anything.</summary>
internal sealed record ExportedKey(string Name, string Role, IReadOnlyList<string>? Indexes, DateTimeOffset? ExpiresAt);

/// <summary>An index in an export.</summary>
internal sealed record ExportedIndex(string Name, long Documents, long Bytes);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(TenantExportFile))]
internal sealed partial class TenantExportJson : JsonSerializerContext;
