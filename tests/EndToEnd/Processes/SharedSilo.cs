using ClipOrleans.EndToEnd.Http;

namespace ClipOrleans.EndToEnd.Processes;

/// <summary>One silo for all tests that leave it alive. Each works in indexes of its own.</summary>
public sealed class SharedSilo : IAsyncLifetime
{
    private readonly TempFolder _data = new();
    private SiloProcess? _silo;
    private int _indexes;

    internal SiloProcess Silo => _silo ?? throw new InvalidOperationException("The shared silo has not started.");

    internal Api Api => Silo.Api;

    public async ValueTask InitializeAsync() => _silo = await SiloProcess.StartAsync(_data.Path);

    /// <summary>A name that no other test has.</summary>
    internal string NewIndexName(string hint) => $"{hint}-{Interlocked.Increment(ref _indexes)}";

    public async ValueTask DisposeAsync()
    {
        if (_silo is not null)
        {
            await _silo.DisposeAsync();
        }

        _data.Dispose();
    }
}
