using ClipOrleans.Clip.Inference;
using ClipOrleans.Clip.Tests.Golden;

namespace ClipOrleans.Clip.Tests.Inference;

/// <summary>The repository's model, in memory once for all tests that need it.</summary>
public sealed class DefaultModel : IAsyncLifetime
{
    public ClipModel Model { get; } = ClipModel.Load(GoldenFiles.DefaultModel, new EncoderOptions { Workers = 2 });

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => Model.DisposeAsync();
}
