using System.Collections.Concurrent;
using ClipOrleans.Clip.Inference;
using ClipOrleans.Clip.Models;
using CsCheck;

namespace ClipOrleans.Clip.Tests.Inference;

/// <summary>
/// Danger: an embedding goes to the wrong caller, a caller waits for ever, a query waits behind a thousand documents, memory grows with load.
/// Invariant: every caller gets exactly its own results in its own order, or one error; what does not fit the queue is refused at once.
/// Method: a model that the test opens and shuts, and random mixes of callers.
/// </summary>
public sealed class MicroBatcherTests
{
    private const int MaxBatch = 8;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EveryCallerGetsItsOwn_WhateverTheMix()
    {
        await Gen.Int[1, 3].Select(Gen.Int[1, 12], Gen.Int[1, 100].Array[0, 40].Array[1, 20]).SampleAsync(
            async (workers, maxBatch, calls) =>
            {
                await using var batcher = Batcher(workers, texts => [.. texts.Select(Answer)], maxBatch);
                var answers = await Task.WhenAll(calls.Select(c => batcher.SubmitAsync(batcher.Texts, "a", c.Select(v => new[] { v }).ToArray(), Cancel)));
                return answers.Zip(calls).All(pair => pair.First.Select(v => (int)v[0]).SequenceEqual(pair.Second));
            },
            iter: 200);
    }

    [Fact]
    public async Task ALoneInput_IsRunAtOnce_Alone()
    {
        var model = new GatedModel();
        await using var batcher = Batcher(1, model.Run);
        var answer = batcher.SubmitAsync(batcher.Texts, "a", [new[] { 7 }], Cancel);
        Assert.Equal((int[])[7], await model.NextBatchAsync());
        model.Open(1);
        Assert.Equal(7, (await answer)[0][0]);
    }

    [Fact]
    public async Task WhatQueuesUpBehindARun_IsRunTogether()
    {
        var model = new GatedModel();
        await using var batcher = Batcher(1, model.Run);
        var first = batcher.SubmitAsync(batcher.Texts, "a", [new[] { 0 }], Cancel);
        await model.NextBatchAsync();
        var later = Enumerable.Range(1, 5).Select(i => batcher.SubmitAsync(batcher.Texts, "a", [new[] { i }], Cancel)).ToList();
        model.Open(2);
        await Task.WhenAll(later.Append(first));
        Assert.Equal((int[])[1, 2, 3, 4, 5], await model.NextBatchAsync());
    }

    [Fact]
    public async Task AQuery_WaitsForOneBatch_NotForAThousandDocuments()
    {
        var model = new GatedModel();
        await using var batcher = Batcher(1, model.Run);
        var documents = batcher.SubmitAsync(batcher.Texts, "a", [.. Enumerable.Range(1, 100).Select(i => new[] { i })], Cancel);
        await model.NextBatchAsync();
        var query = batcher.SubmitAsync(batcher.Texts, "a", [new[] { 1000 }], Cancel);
        model.Open(1);
        Assert.Contains(1000, await model.NextBatchAsync());
        model.Open(100);
        Assert.Equal(1000, (await query)[0][0]);
        Assert.Equal(100, (await documents).Length);
    }

    [Fact]
    public async Task Texts_WaitForOneBatchOfImages_NotForAll()
    {
        var model = new GatedModel();
        await using var batcher = Batcher(1, model.Run, images: model.RunImages);
        var images = batcher.SubmitAsync(batcher.Images, "a", [.. Enumerable.Range(0, 50).Select(i => (ReadOnlyMemory<byte>)new[] { (byte)i })], Cancel);
        await model.NextBatchAsync();
        var query = batcher.SubmitAsync(batcher.Texts, "a", [new[] { 1000 }], Cancel);
        model.Open(1);
        Assert.Equal((int[])[1000], await model.NextBatchAsync());
        model.Open(100);
        await query;
        Assert.Equal(50, (await images).Length);
    }

    [Fact]
    public async Task Texts_OfVeryDifferentLength_DoNotShareABatch()
    {
        var batches = new ConcurrentQueue<int[]>();
        float[][] Run(IReadOnlyList<int[]> texts)
        {
            batches.Enqueue([.. texts.Select(t => t.Length)]);
            return [.. texts.Select(Answer)];
        }

        await using var batcher = new MicroBatcher("test", 1, new BatchLane<int[]>("text", Limits(MaxBatch), 2, t => t.Length > 10 ? 1 : 0, Run), Images());
        await batcher.SubmitAsync(batcher.Texts, "a", [.. Enumerable.Range(0, 40).Select(i => new int[i % 2 == 0 ? 5 : 50])], Cancel);
        Assert.All(batches, b => Assert.Single(b.Distinct()));
        Assert.True(batches.Count < 40);
    }

    [Fact]
    public async Task AFullQueue_RefusesAtOnce_AllOrNothing()
    {
        var model = new GatedModel();
        await using var batcher = Batcher(1, model.Run, queue: 10);
        var running = batcher.SubmitAsync(batcher.Texts, "a", [new[] { 0 }], Cancel);
        await model.NextBatchAsync();
        var waiting = batcher.SubmitAsync(batcher.Texts, "a", [.. Enumerable.Range(1, 8).Select(i => new[] { i })], Cancel);
        var refused = batcher.SubmitAsync(batcher.Texts, "a", [.. Enumerable.Range(20, 3).Select(i => new[] { i })], Cancel);
        Assert.True(refused.IsFaulted);
        await Assert.ThrowsAsync<EncoderOverloadedException>(() => refused);
        var fits = batcher.SubmitAsync(batcher.Texts, "a", [new[] { 30 }, [31]], Cancel);
        model.Open(100);
        await Task.WhenAll(running, waiting, fits);
        Assert.Single(await batcher.SubmitAsync(batcher.Texts, "a", [new[] { 40 }], Cancel));
    }

    [Fact]
    public async Task ACallerThatGivesUp_LeavesTheQueue()
    {
        var model = new GatedModel();
        await using var batcher = Batcher(1, model.Run, queue: 10);
        var running = batcher.SubmitAsync(batcher.Texts, "a", [new[] { 0 }], Cancel);
        await model.NextBatchAsync();
        using var source = new CancellationTokenSource();
        var given = batcher.SubmitAsync(batcher.Texts, "a", [.. Enumerable.Range(1, 10).Select(i => new[] { i })], source.Token);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        var next = batcher.SubmitAsync(batcher.Texts, "a", [.. Enumerable.Range(11, 10).Select(i => new[] { i })], Cancel);
        model.Open(100);
        await Task.WhenAll(running, next);
        Assert.Equal(11, (await model.NextBatchAsync())[0]);
    }

    [Fact]
    public async Task OneBadInput_FailsItsCallerOnly()
    {
        var model = new GatedModel();
        float[][] Run(IReadOnlyList<int[]> texts) => texts.Any(t => t[0] == 13) ? throw new InvalidOperationException("13") : model.Run(texts);
        await using var batcher = Batcher(1, Run);
        var first = batcher.SubmitAsync(batcher.Texts, "a", [new[] { 0 }], Cancel);
        await model.NextBatchAsync();
        var good = batcher.SubmitAsync(batcher.Texts, "a", [new[] { 1 }, [2]], Cancel);
        var bad = batcher.SubmitAsync(batcher.Texts, "a", [new[] { 13 }], Cancel);
        var alsoGood = batcher.SubmitAsync(batcher.Texts, "a", [new[] { 3 }], Cancel);
        model.Open(100);
        Assert.Equal(ModelFault.RunFailed, (await Assert.ThrowsAsync<ModelException>(() => bad)).Fault);
        Assert.Equal([1, 2], (await good).Select(v => (int)v[0]));
        Assert.Equal(3, (await alsoGood)[0][0]);
        await first;
    }

    [Fact]
    public async Task SlowModels_GetBatchesThatFitTheTime()
    {
        var sizes = new ConcurrentQueue<int>();
        await using var batcher = new MicroBatcher("test", 1, new BatchLane<int[]>("text", new BatchLimits(100, MaxBatch, TimeSpan.FromMilliseconds(45), TimeSpan.FromMilliseconds(15)), 1, _ => 0, texts => RunSlowly(texts, sizes)), Images());
        await batcher.SubmitAsync(batcher.Texts, "a", [new[] { 0 }], Cancel);
        await batcher.SubmitAsync(batcher.Texts, "a", [.. Enumerable.Range(1, 12).Select(i => new[] { i })], Cancel);
        Assert.All(sizes, s => Assert.InRange(s, 1, 2));
    }

    [Fact]
    public async Task OwnersTakeTurns_HoweverManyJobsOneOfThemHas()
    {
        var model = new GatedModel();
        await using var batcher = Batcher(1, model.Run);
        var running = batcher.SubmitAsync(batcher.Texts, "flood", [new[] { 0 }], Cancel);
        await model.NextBatchAsync();
        var flood = Enumerable.Range(1, 40).Select(i => batcher.SubmitAsync(batcher.Texts, "flood", [new[] { i }], Cancel)).ToList();
        var quiet = batcher.SubmitAsync(batcher.Texts, "quiet", [.. Enumerable.Range(101, 4).Select(i => new[] { i })], Cancel);
        model.Open(100);
        await Task.WhenAll([running, quiet, .. flood]);
        Assert.Equal([1, 2, 3, 4, 101, 102, 103, 104], (await model.NextBatchAsync()).Order());
    }

    [Fact]
    public async Task WhileOwnersCompete_RunsAreShort()
    {
        var sizes = new ConcurrentQueue<int>();
        await using var batcher = new MicroBatcher("test", 1, new BatchLane<int[]>("text", new BatchLimits(100, MaxBatch, TimeSpan.FromSeconds(10), TimeSpan.FromMilliseconds(15)), 1, _ => 0, texts => RunSlowly(texts, sizes)), Images());
        await batcher.SubmitAsync(batcher.Texts, "a", [new[] { 0 }], Cancel);
        await batcher.SubmitAsync(batcher.Texts, "b", [new[] { 0 }], Cancel);
        await batcher.SubmitAsync(batcher.Texts, "b", [.. Enumerable.Range(1, 12).Select(i => new[] { i })], Cancel);
        Assert.All(sizes, size => Assert.Equal(1, size));
    }

    [Fact]
    public async Task Disposed_FailsWhoWaits_AndWhoComes()
    {
        var model = new GatedModel();
        var batcher = Batcher(1, model.Run);
        var running = batcher.SubmitAsync(batcher.Texts, "a", [new[] { 0 }], Cancel);
        await model.NextBatchAsync();
        var waiting = batcher.SubmitAsync(batcher.Texts, "a", [new[] { 1 }], Cancel);
        var disposal = batcher.DisposeAsync().AsTask();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => batcher.SubmitAsync(batcher.Texts, "a", [new[] { 2 }], Cancel));
        model.Open(100);
        await disposal;
        Assert.Single(await running);
    }

    private static BatchLimits Limits(int maxBatch, int queue = 1000) => new(queue, maxBatch, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10));

    private static BatchLane<ReadOnlyMemory<byte>> Images(Func<IReadOnlyList<ReadOnlyMemory<byte>>, float[][]>? run = null) =>
        new("image", Limits(MaxBatch), 1, _ => 0, run ?? (_ => throw new InvalidOperationException("No images in this test.")));

    private static MicroBatcher Batcher(int workers, Func<IReadOnlyList<int[]>, float[][]> run, int maxBatch = MaxBatch, int queue = 1000, Func<IReadOnlyList<ReadOnlyMemory<byte>>, float[][]>? images = null) =>
        new("test", workers, new BatchLane<int[]>("text", Limits(maxBatch, queue), 1, _ => 0, run), Images(images));

    private static float[] Answer(int[] text) => [text[0]];

    /// <summary>A model that takes 20 ms an input, and notes how many came together.</summary>
    private static float[][] RunSlowly(IReadOnlyList<int[]> texts, ConcurrentQueue<int> sizes)
    {
        sizes.Enqueue(texts.Count);
        using var never = new ManualResetEventSlim();
        never.Wait(TimeSpan.FromMilliseconds(20 * texts.Count), Cancel);
        return [.. texts.Select(Answer)];
    }

    /// <summary>Each run tells which inputs it got and then waits until the test lets it through.</summary>
    private sealed class GatedModel
    {
        private readonly SemaphoreSlim _gate = new(0);
        private readonly SemaphoreSlim _arrived = new(0);
        private readonly ConcurrentQueue<int[]> _batches = new();

        public void Open(int runs) => _gate.Release(runs);

        public async Task<int[]> NextBatchAsync()
        {
            await _arrived.WaitAsync(Cancel);
            return _batches.TryDequeue(out var batch) ? batch : throw new InvalidOperationException("A batch was announced and is not there.");
        }

        public float[][] Run(IReadOnlyList<int[]> texts)
        {
            Pass([.. texts.Select(t => t[0])]);
            return [.. texts.Select(Answer)];
        }

        public float[][] RunImages(IReadOnlyList<ReadOnlyMemory<byte>> images)
        {
            Pass([.. images.Select(i => (int)i.Span[0])]);
            return [.. images.Select(i => new float[] { i.Span[0] })];
        }

        private void Pass(int[] inputs)
        {
            _batches.Enqueue(inputs);
            _arrived.Release();
            _gate.Wait(Cancel);
        }
    }
}
