namespace ClipOrleans.Grains.Indexes;

/// <summary>Lets one step through at a time: calls of a grain interleave at every await, a step must not.</summary>
internal sealed class StepGate : IDisposable
{
    private readonly SemaphoreSlim _free = new(1, 1);

    public async Task<T> RunAsync<T>(Func<Task<T>> step)
    {
        await _free.WaitAsync();
        try
        {
            return await step();
        }
        finally
        {
            _free.Release();
        }
    }

    public void Dispose() => _free.Dispose();
}
