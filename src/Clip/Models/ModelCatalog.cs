using ClipOrleans.Clip.Inference;
using Microsoft.Extensions.Logging;

namespace ClipOrleans.Clip.Models;

/// <summary>The models found under some folders, by name; each is read into memory when it is first asked for. Safe for any number of threads.</summary>
public sealed partial class ModelCatalog : IAsyncDisposable
{
    private readonly Lock _gate = new();

    /// <summary>One look at the folders at a time; it may read gigabytes, so nobody else waits for it.</summary>
    private readonly Lock _scan = new();

    private readonly IReadOnlyList<string> _roots;
    private readonly EncoderOptions _options;
    private readonly ILogger<ModelCatalog> _logger;
    private IReadOnlyList<ModelEntry> _entries = [];
    private bool _disposed;

    /// <param name="roots">Folders whose sub-folders are models (a root that is a model itself counts too). A missing root is empty. Of two models of one name the first wins.</param>
    /// <param name="defaultModel">The model that an index gets when it names none.</param>
    /// <param name="options">How each model is run.</param>
    /// <param name="logger">Where faulty folders are told.</param>
    public ModelCatalog(IReadOnlyList<string> roots, string defaultModel, EncoderOptions options, ILogger<ModelCatalog> logger)
    {
        ArgumentNullException.ThrowIfNull(roots);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(logger);
        DefaultModel = defaultModel;
        _roots = [.. roots.Select(Path.GetFullPath).Distinct(StringComparer.Ordinal)];
        _options = options;
        _logger = logger;
        Rescan();
    }

    public string DefaultModel { get; }

    /// <summary>Every model folder, the faulty ones too, by name.</summary>
    public IReadOnlyList<ModelDescription> Describe() =>
        [.. Entries().Select(e => e.Describe(DefaultModel)).OrderBy(d => d.Name, StringComparer.Ordinal).ThenBy(d => d.Folder, StringComparer.Ordinal)];

    /// <summary>The description of one model; null if there is none of that name.</summary>
    public ModelDescription? Find(string name) => FindEntry(name)?.Describe(DefaultModel);

    /// <summary>Looks at the folders again: new models appear, faulty ones are tried again if a file changed, loaded ones stay as they are.</summary>
    public void Rescan()
    {
        lock (_scan)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var known = Entries().ToDictionary(e => e.Folder, StringComparer.Ordinal);
            var found = new List<ModelEntry>();
            foreach (var folder in ModelFolders().Distinct(StringComparer.Ordinal))
            {
                var old = known.GetValueOrDefault(folder);
                var entry = old is { IsOpen: true } ? old : Look(folder, old);
                var taken = found.Find(e => e.Error is null && e.Name == entry.Name);
                if (taken is not null && entry.Error is null && !entry.IsOpen)
                    entry = entry.Refused(new ModelException(ModelFault.NameTaken, folder, $"{folder} is called '{entry.Name}', as {taken.Folder} is already: give it another 'name' in its {ModelManifestFile.FileName}."));
                if (entry.Error is { } error && entry != old)
                    LogFaulty(_logger, folder, error.Message);
                found.Add(entry);
            }

            lock (_gate)
            {
                // A model in use outlives its folder, and one that was opened while we looked stays open.
                _entries = [.. found.Select(e => known.GetValueOrDefault(e.Folder) is { IsOpen: true } open ? open : e), .. known.Values.Where(k => k.IsOpen && found.TrueForAll(f => f.Folder != k.Folder))];
            }
        }
    }

    /// <summary>The model, read into memory if it wasn't. Throws <see cref="ModelException"/>.</summary>
    public async Task<ClipModel> GetAsync(string name, CancellationToken cancel = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var entry = FindEntry(name) ?? throw new ModelException(ModelFault.NotFound, name, $"There is no model '{name}'. Known are: {string.Join(", ", Entries().Where(e => e.Error is null).Select(e => e.Name))}.");
        return await entry.OpenAsync().WaitAsync(cancel).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        IReadOnlyList<ModelEntry> entries;
        lock (_gate)
        {
            _disposed = true;
            (entries, _entries) = (_entries, []);
        }

        foreach (var entry in entries)
            await entry.CloseAsync().ConfigureAwait(false);
    }

    private IReadOnlyList<ModelEntry> Entries()
    {
        lock (_gate)
            return _entries;
    }

    private ModelEntry? FindEntry(string name)
    {
        var named = Entries().Where(e => e.Name == name).ToList();
        return named.Find(e => e.Error is null) ?? named.FirstOrDefault();
    }

    private ModelEntry Look(string folder, ModelEntry? old)
    {
        var stamp = ModelEntry.StampOf(folder);
        return old is not null && old.Stamp == stamp && old.Error?.Fault != ModelFault.NameTaken ? old : ModelEntry.Read(folder, stamp, _options);
    }

    private IEnumerable<string> ModelFolders()
    {
        foreach (var root in _roots.Where(Directory.Exists))
        {
            if (LooksLikeModel(root))
                yield return root;
            foreach (var folder in Directory.EnumerateDirectories(root).Order(StringComparer.Ordinal))
            {
                if (LooksLikeModel(folder))
                    yield return folder;
            }
        }
    }

    private static bool LooksLikeModel(string folder) =>
        !Path.GetFileName(folder).StartsWith('.') // half-installed
        && (File.Exists(Path.Combine(folder, ModelManifestFile.FileName)) || File.Exists(Path.Combine(folder, "config.json")) || Directory.Exists(Path.Combine(folder, "onnx")));
}
