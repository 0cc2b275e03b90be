using ClipOrleans.Clip.Inference;
using Microsoft.Extensions.Logging;

namespace ClipOrleans.Clip.Models;

/// <summary>The models found under some folders, by name; each is read into memory when it is first asked for.</summary>
public sealed class ModelCatalog : IAsyncDisposable
{
    /// <param name="roots">Folders whose sub-folders are models (a root that is a model itself counts too). A missing root is empty.</param>
    /// <param name="defaultModel">The model that an index gets when it names none.</param>
    /// <param name="options">How each model is run.</param>
    /// <param name="logger">Where faulty folders are told.</param>
    public ModelCatalog(IReadOnlyList<string> roots, string defaultModel, EncoderOptions options, ILogger<ModelCatalog> logger)
    {
        ArgumentNullException.ThrowIfNull(roots);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(logger);
        DefaultModel = defaultModel;
    }

    public string DefaultModel { get; }

    /// <summary>Every model folder, the faulty ones too, by name.</summary>
    public IReadOnlyList<ModelDescription> Describe() => throw new NotSupportedException("No models yet.");

    /// <summary>The description of one model; null if there is none of that name.</summary>
    public ModelDescription? Find(string name) => throw new NotSupportedException($"No model {name} yet.");

    /// <summary>Looks at the folders again: new models appear, loaded ones stay as they are.</summary>
    public void Rescan() => throw new NotSupportedException("No models yet.");

    /// <summary>The model, read into memory if it wasn't. Throws <see cref="ModelException"/>.</summary>
    public Task<ClipModel> GetAsync(string name, CancellationToken cancel = default) => throw new NotSupportedException($"No model {name} yet.");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
