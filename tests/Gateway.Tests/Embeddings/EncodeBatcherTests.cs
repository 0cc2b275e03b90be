using System.Collections.Immutable;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Embeddings;

namespace ClipOrleans.Gateway.Tests.Embeddings;

// Danger: an input that waits for others to come, or behind another tenant's flood; more calls out than the encoders take; inputs forgotten at the end.
// Invariant: who comes alone leaves at once; while all calls are out the next ones gather; whoever waits is answered.
// Method: calls that the test lets come back.
public sealed class EncodeBatcherTests
{
    private readonly List<(string Tenant, int Inputs, TaskCompletionSource Back)> _calls = [];
    private readonly SemaphoreSlim _called = new(0);
    private int _width = 2;

    [Fact]
    public async Task As_many_calls_are_out_as_may_be_and_what_comes_meanwhile_goes_together()
    {
        await using var batcher = Batcher();
        var answers = new List<Task<Result<byte[]>>> { batcher.EncodeAsync("a", 1, mayWait: false, CancellationToken.None) };
        await _called.WaitAsync();
        answers.Add(batcher.EncodeAsync("a", 2, mayWait: false, CancellationToken.None));
        await _called.WaitAsync();
        for (var i = 3; i <= 10; i++)
            answers.Add(batcher.EncodeAsync("a", i, mayWait: false, CancellationToken.None));
        _calls[0].Back.SetResult();
        await _called.WaitAsync();
        Assert.Equal([1, 1, 8], _calls.Select(call => call.Inputs));

        // More encoders: the next one need not wait for a call to come back.
        _width = 4;
        answers.Add(batcher.EncodeAsync("a", 11, mayWait: false, CancellationToken.None));
        _calls[1].Back.SetResult();
        await _called.WaitAsync();
        foreach (var (_, _, back) in _calls.Skip(2))
            back.SetResult();
        for (var i = 0; i < answers.Count; i++)
            Assert.Equal([(byte)(i + 1)], (await answers[i]).Value);
    }

    [Fact]
    public async Task Who_has_nothing_out_need_not_wait_for_the_calls_of_another_tenant()
    {
        await using var batcher = Batcher();
        var answers = new List<Task<Result<byte[]>>>();
        for (var i = 1; i <= 50; i++)
            answers.Add(batcher.EncodeAsync("flood", i, mayWait: false, CancellationToken.None));
        await _called.WaitAsync();
        await _called.WaitAsync();
        answers.Add(batcher.EncodeAsync("quiet", 51, mayWait: false, CancellationToken.None));
        await _called.WaitAsync();
        Assert.Equal("quiet", _calls[2].Tenant);

        // While it has something out, the flood has half of the calls.
        _calls[0].Back.SetResult();
        _calls[1].Back.SetResult();
        await _called.WaitAsync();
        Assert.Equal(("flood", 32), (_calls[3].Tenant, _calls[3].Inputs));
        _calls[2].Back.SetResult();
        _calls[3].Back.SetResult();
        await _called.WaitAsync();
        _calls[4].Back.SetResult();
        for (var i = 0; i < answers.Count; i++)
            Assert.Equal([(byte)(i + 1)], (await answers[i]).Value);
    }

    [Fact]
    public async Task A_flood_fills_its_own_places_only()
    {
        var batcher = Batcher();
        for (var i = 1; i <= 102; i++)
            _ = batcher.EncodeAsync("flood", i, mayWait: false, CancellationToken.None);
        var refused = await batcher.EncodeAsync("flood", 103, mayWait: false, CancellationToken.None);
        Assert.Equal(Slugs.Overloaded, refused.Error!.Slug);
        _ = batcher.EncodeAsync("quiet", 104, mayWait: false, CancellationToken.None);
        for (var calls = 0; calls < 3; calls++)
            await _called.WaitAsync();
        Assert.Equal(["flood", "flood", "quiet"], _calls.Select(call => call.Tenant).Order());
        var ending = batcher.DisposeAsync();
        _calls.ForEach(call => call.Back.SetResult());
        await ending;
    }

    [Fact]
    public async Task Nobody_is_left_waiting_when_it_ends()
    {
        var batcher = Batcher();
        _width = 1;
        var first = batcher.EncodeAsync("a", 1, mayWait: false, CancellationToken.None);
        await _called.WaitAsync();
        var second = batcher.EncodeAsync("a", 2, mayWait: false, CancellationToken.None);
        var ending = batcher.DisposeAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        _calls[0].Back.SetResult();
        await ending;
        Assert.Equal([1], (await first).Value);
    }

    private EncodeBatcher<int> Batcher() => new(() => _width, maxBatch: 64, capacity: 100, async (tenant, inputs, _) =>
    {
        var back = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_calls)
            _calls.Add((tenant, inputs.Length, back));
        _called.Release();
        await back.Task;
        return Result<ImmutableArray<byte[]>>.Ok([.. inputs.Select(input => new[] { (byte)input })]);
    });
}
