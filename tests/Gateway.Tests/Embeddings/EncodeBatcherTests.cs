using System.Collections.Immutable;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Embeddings;

namespace ClipOrleans.Gateway.Tests.Embeddings;

// Danger: an input that waits for others to come; more calls out than the encoders take; inputs forgotten at the end.
// Invariant: who comes alone leaves at once; while all calls are out the next ones gather; whoever waits is answered.
// Method: calls that the test lets come back.
public sealed class EncodeBatcherTests
{
    private readonly List<(int Inputs, TaskCompletionSource Back)> _calls = [];
    private readonly SemaphoreSlim _called = new(0);
    private int _width = 2;

    [Fact]
    public async Task As_many_calls_are_out_as_may_be_and_what_comes_meanwhile_goes_together()
    {
        await using var batcher = Batcher();
        var answers = new List<Task<Result<byte[]>>> { batcher.EncodeAsync(1, mayWait: false, CancellationToken.None) };
        await _called.WaitAsync();
        answers.Add(batcher.EncodeAsync(2, mayWait: false, CancellationToken.None));
        await _called.WaitAsync();
        for (var i = 3; i <= 10; i++)
            answers.Add(batcher.EncodeAsync(i, mayWait: false, CancellationToken.None));
        _calls[0].Back.SetResult();
        await _called.WaitAsync();
        Assert.Equal([1, 1, 8], _calls.Select(call => call.Inputs));

        // More encoders: the next one need not wait for a call to come back.
        _width = 4;
        answers.Add(batcher.EncodeAsync(11, mayWait: false, CancellationToken.None));
        _calls[1].Back.SetResult();
        await _called.WaitAsync();
        foreach (var (_, back) in _calls.Skip(2))
            back.SetResult();
        for (var i = 0; i < answers.Count; i++)
            Assert.Equal([(byte)(i + 1)], (await answers[i]).Value);
    }

    [Fact]
    public async Task Nobody_is_left_waiting_when_it_ends()
    {
        var batcher = Batcher();
        _width = 1;
        var first = batcher.EncodeAsync(1, mayWait: false, CancellationToken.None);
        await _called.WaitAsync();
        var second = batcher.EncodeAsync(2, mayWait: false, CancellationToken.None);
        var ending = batcher.DisposeAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        _calls[0].Back.SetResult();
        await ending;
        Assert.Equal([1], (await first).Value);
    }

    private EncodeBatcher<int> Batcher() => new(() => _width, maxBatch: 64, capacity: 100, async (inputs, _) =>
    {
        var back = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _calls.Add((inputs.Length, back));
        _called.Release();
        await back.Task;
        return Result<ImmutableArray<byte[]>>.Ok([.. inputs.Select(input => new[] { (byte)input })]);
    });
}
