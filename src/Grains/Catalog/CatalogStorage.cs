using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Grains.Configuration;
using ClipOrleans.Storage.Files;
using Microsoft.Extensions.Options;
using Orleans.Storage;

namespace ClipOrleans.Grains.Catalog;

/// <summary>
/// The embedded catalog: one JSON file per tenant and index under <c>{Storage:Path}/catalog</c>. A write is on the device
/// before it returns, whole or not at all; a writer that has not seen the newest version is refused; a file that is not
/// exactly what was written is an error that names it, never a guess. For one process: <c>silo.lock</c> sees to that.
/// </summary>
internal sealed class CatalogStorage(IOptions<StorageSettings> settings) : IGrainStorage, IDisposable
{
    public const string ProviderName = "catalog";

    /// <summary>Version of the files' layout.</summary>
    private const int Format = 1;

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerOptions.Strict)
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
        WriteIndented = true,
    };

    /// <summary>Checking the version and replacing the file are one step; catalog writes are too few to keep apart by file.</summary>
    private readonly SemaphoreSlim _writing = new(1, 1);

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var stored = await Task.Run(() => Read<T>(stateName, grainId));
        grainState.RecordExists = stored is not null;
        grainState.ETag = stored is null ? null : ToETag(stored.Version);
        grainState.State = stored is null ? Activator.CreateInstance<T>() : stored.State;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ReplaceAsync<T>(stateName, grainId, grainState.ETag, version =>
        {
            var path = PathOf(stateName, grainId);
            var next = new CatalogEntry<T>(Format, grainId.ToString(), version + 1, grainState.State ?? throw new ArgumentException("There is no state to write.", nameof(grainState)), CatalogChecksum.None);
            var bytes = JsonSerializer.SerializeToUtf8Bytes(next, s_json);
            CatalogChecksum.Seal(bytes);
            DurableFile.Replace(path, bytes);
            grainState.ETag = ToETag(next.Version);
            grainState.RecordExists = true;
        });

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ReplaceAsync<T>(stateName, grainId, grainState.ETag, version =>
        {
            if (version > 0)
                DurableFile.Delete(PathOf(stateName, grainId));
            grainState.ETag = null;
            grainState.RecordExists = false;
            grainState.State = Activator.CreateInstance<T>();
        });

    public void Dispose() => _writing.Dispose();

    private async Task ReplaceAsync<T>(string stateName, GrainId grainId, string? seen, Action<long> replace)
    {
        await _writing.WaitAsync();
        try
        {
            await Task.Run(() =>
            {
                var stored = Read<T>(stateName, grainId);
                var current = stored is null ? null : ToETag(stored.Version);
                if (current != seen)
                    throw new InconsistentStateException($"The catalog entry {grainId} was written by another activation", current ?? "", seen ?? "");
                replace(stored?.Version ?? 0);
            });
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Which file it was stands in the log: the storage of grains tells it there before it throws.
            throw new CatalogUnavailableException($"The catalog entry {grainId} cannot be written: {fault.Message}", fault);
        }
        finally
        {
            _writing.Release();
        }
    }

    private CatalogEntry<T>? Read<T>(string stateName, GrainId grainId)
    {
        var path = PathOf(stateName, grainId);
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }

        var entry = Parse<T>(bytes, path);
        return entry.Grain == grainId.ToString() ? entry : throw new CatalogCorruptException(path, $"it belongs to {entry.Grain}, not to {grainId}");
    }

    /// <exception cref="CatalogCorruptException">It is not what was written.</exception>
    internal static CatalogEntry<T> Parse<T>(byte[] bytes, string path)
    {
        try
        {
            var entry = JsonSerializer.Deserialize<CatalogEntry<T>>(bytes, s_json) ?? throw new JsonException("null");
            return entry switch
            {
                { Format: not Format } => throw new CatalogCorruptException(path, $"format {entry.Format} is not known; this version reads {Format}"),
                { Version: < 1 } => throw new CatalogCorruptException(path, $"version {entry.Version} was never written"),
                { Checksum: { } checksum } when !CatalogChecksum.Holds(bytes, checksum) => throw new CatalogCorruptException(path, "its checksum is not that of its bytes"),
                _ => entry,
            };
        }
        catch (InvalidDataException fault)
        {
            throw new CatalogCorruptException(path, fault.Message, fault);
        }
        catch (JsonException fault)
        {
            throw new CatalogCorruptException(path, fault.Message, fault);
        }
    }

    /// <summary><c>catalog/tenant/acme.json</c>, <c>catalog/index/acme.pictures.json</c>: keys hold only a-z, 0-9, - and _, with / between their parts.</summary>
    private string PathOf(string stateName, GrainId grainId)
    {
        var key = grainId.Key.ToString() ?? "";
        return CatalogFileName.TryFor(key, out var name)
            ? Path.Combine(settings.Value.FullPath, "catalog", stateName, name)
            : throw new ArgumentException($"The key '{key}' cannot be in the catalog.", nameof(grainId));
    }

    private static string ToETag(long version) => version.ToString(CultureInfo.InvariantCulture);
}

/// <param name="Format">The layout of the file.</param>
/// <param name="Grain">Whose state it is: a file that was copied or renamed is noticed.</param>
/// <param name="Version">Grows with each write.</param>
/// <param name="Checksum">Of the file, see <see cref="CatalogChecksum"/>; null in files of before there was one.</param>
internal sealed record CatalogEntry<T>(
    int Format, string Grain, long Version, T State, [property: JsonPropertyOrder(-1)] string? Checksum = null);
