using System.Globalization;
using System.Text;
using ClipOrleans.Clip.Inference;

namespace ClipOrleans.Clip.Models;

/// <summary>One folder of the catalog: its manifest or what is wrong with it, and the model once somebody asked for it.</summary>
internal sealed class ModelEntry
{
    private readonly Lock _gate = new();
    private readonly EncoderOptions _options;
    private Task<ClipModel>? _load;
    private ModelException? _error;

    private ModelEntry(string folder, string stamp, ModelManifest? manifest, ModelException? error, EncoderOptions options) =>
        (Folder, Stamp, Manifest, _error, _options) = (folder, stamp, manifest, error, options);

    public string Folder { get; }

    /// <summary>Changes when a file of the folder does.</summary>
    public string Stamp { get; }

    public ModelManifest? Manifest { get; }

    /// <summary>What the model is called; a folder that can't be read is called by its own name.</summary>
    public string Name => Manifest?.Name ?? Path.GetFileName(Folder);

    public ModelException? Error
    {
        get
        {
            lock (_gate)
                return _error;
        }
    }

    /// <summary>The model is in memory or on its way there.</summary>
    public bool IsOpen
    {
        get
        {
            lock (_gate)
                return _load is { IsFaulted: false };
        }
    }

    public static ModelEntry Read(string folder, string stamp, EncoderOptions options)
    {
        try
        {
            return new ModelEntry(folder, stamp, ModelManifestFile.ReadOrInfer(folder), null, options);
        }
        catch (ModelException e)
        {
            return new ModelEntry(folder, stamp, null, e, options);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new ModelEntry(folder, stamp, null, new ModelException(ModelFault.FileInvalid, folder, $"{folder} can't be read: {e.Message}", e), options);
        }
    }

    public ModelEntry Refused(ModelException error) => new(Folder, Stamp, Manifest, error, _options);

    /// <summary>Names, sizes and times of the files that make the model.</summary>
    public static string StampOf(string folder)
    {
        var stamp = new StringBuilder();
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).OrderBy(f => f.FullName, StringComparer.Ordinal))
            stamp.Append(CultureInfo.InvariantCulture, $"{file.FullName} {file.Length} {file.LastWriteTimeUtc.Ticks}\n");
        return stamp.ToString();
    }

    public Task<ClipModel> OpenAsync()
    {
        lock (_gate)
        {
            if (_error is { } error)
                throw new ModelException(error.Fault, error.Path, error.Message, error);
            return _load ??= Task.Run(Load);
        }
    }

    /// <summary>Ends the model if it was opened.</summary>
    public async Task CloseAsync()
    {
        Task<ClipModel>? load;
        lock (_gate)
            load = _load;
        if (load is null)
            return;
        await ((Task)load).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (load.IsCompletedSuccessfully)
            await (await load.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
    }

    public ModelDescription Describe(string defaultModel)
    {
        ModelException? error;
        bool loaded;
        lock (_gate)
            (error, loaded) = (_error, _load is { IsCompletedSuccessfully: true });
        var state = error is not null ? ModelState.Faulty : loaded ? ModelState.Loaded : ModelState.Known;
        return new ModelDescription(
            Name,
            Manifest?.Revision ?? "",
            Manifest?.Dimensions ?? 0,
            Manifest?.Image.Input.Width ?? 0,
            Manifest?.Image.Input.Height ?? 0,
            Manifest?.Text.ContextLength ?? 0,
            Manifest?.Licence ?? "",
            Manifest?.Source ?? "",
            Name == defaultModel && error is null,
            state,
            Folder,
            Manifest?.Image.Input,
            error?.Message,
            Manifest?.LogitScale);
    }

    private ClipModel Load()
    {
        try
        {
            return ClipModel.Load(Folder, _options);
        }
        catch (ModelException e)
        {
            lock (_gate)
                _error = e;
            throw;
        }
    }
}
