using System.Collections.Immutable;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Cluster;
using ClipOrleans.Gateway.Embeddings;
using ClipOrleans.Gateway.Tests.Cluster;
using ClipOrleans.Gateway.Tests.Hosting;

namespace ClipOrleans.Gateway.Tests.Embeddings;

// Danger: one encoder does all the work while others stand idle; one that is full or dead fails searches that another could serve.
// Invariant: a call goes where the least is at work; an encoder that refuses or is away costs nothing but the way to the next.
// Method: encoders in memory that are held, refuse or fail; a clock that the test moves.
public sealed class EncoderPoolTests
{
    private readonly FakeCluster _cluster = new() { EncoderSilos = ["a", "b", "c"] };
    private readonly ManualClock _clock = new();
    private readonly EncoderPool _pool;

    public EncoderPoolTests() => _pool = new EncoderPool(_cluster, new ClusterMembers(_cluster, _clock));

    [Fact]
    public async Task Calls_that_come_one_by_one_go_round()
    {
        for (var i = 0; i < 9; i++)
            Assert.True((await EncodeAsync("red")).IsSuccess);
        Assert.Equal([3, 3, 3], Counts("a", "b", "c"));
        Assert.Equal(3, _pool.Count);
    }

    [Fact]
    public async Task The_next_call_goes_where_the_least_is_at_work()
    {
        await EncodeAsync("red");
        _cluster.Embedded.Clear();
        var held = _cluster.Faults.Hold("encode/a");
        var calls = new List<Task<Result<ImmutableArray<byte[]>>>>();
        for (var i = 0; i < 9; i++)
            calls.Add(EncodeAsync("red", "red", "red"));
        await Task.WhenAll(calls.Where(call => call.IsCompleted));
        Assert.Equal(8, Counts("b", "c").Sum());
        held.SetResult();
        await Task.WhenAll(calls);
        Assert.Equal([1], Counts("a"));
    }

    [Fact]
    public async Task One_that_is_full_is_passed_over_and_when_all_are_it_is_told()
    {
        _cluster.Faults.Answer("encode/a", Error.RetryLater(Slugs.Overloaded, "full", 1));
        _cluster.Faults.Answer("encode/b", Error.RetryLater(Slugs.Overloaded, "full", 1));
        for (var i = 0; i < 6; i++)
            Assert.True((await EncodeAsync("red")).IsSuccess);
        Assert.Equal([6], Counts("c"));
        _cluster.Faults.Answer("encode/c", Error.RetryLater(Slugs.Overloaded, "full", 1));
        Assert.Equal(Slugs.Overloaded, (await EncodeAsync("red")).Error?.Slug);
    }

    [Fact]
    public async Task One_that_is_away_is_passed_over_and_forgotten()
    {
        _cluster.Faults.Throw("encode/a", new SiloUnavailableException("It is dead."));
        for (var i = 0; i < 6; i++)
            Assert.True((await EncodeAsync("red")).IsSuccess);
        _cluster.EncoderSilos = ["b", "c"];
        _clock.Advance(TimeSpan.FromSeconds(10));
        await EncodeAsync("red");
        await EncodeAsync("red");
        var asked = _cluster.Faults.Calls["encode/a"];
        for (var i = 0; i < 6; i++)
            Assert.True((await EncodeAsync("red")).IsSuccess);
        Assert.Equal(asked, _cluster.Faults.Calls["encode/a"]);
    }

    [Fact]
    public async Task A_call_to_one_that_dies_meanwhile_is_made_again_elsewhere()
    {
        await EncodeAsync("red");
        var held = new[] { "a", "b", "c" }.ToDictionary(silo => silo, silo => _cluster.Faults.Hold($"encode/{silo}"));
        var call = EncodeAsync("red");
        var dead = held.Keys.Single(silo => _cluster.Faults.Calls.GetValueOrDefault($"encode/{silo}") > _cluster.Embedded.Count(one => one.Silo == silo));
        foreach (var other in held.Keys.Where(silo => silo != dead))
            held[other].SetResult();
        _cluster.EncoderSilos = [.. held.Keys.Where(silo => silo != dead)];
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.True((await call).IsSuccess);
        held[dead].SetResult();
    }

    [Fact]
    public async Task Other_errors_are_the_answer_and_are_not_asked_for_twice()
    {
        _cluster.Faults.Answer("encode", Error.Of(Slugs.ModelNotFound, "none"));
        Assert.Equal(Slugs.ModelNotFound, (await EncodeAsync("red")).Error?.Slug);
        Assert.Equal(1, _cluster.Faults.Calls["encode"]);
    }

    [Fact]
    public async Task Where_there_is_none_it_is_said_and_a_new_one_is_found()
    {
        _cluster.EncoderSilos = [];
        await Assert.ThrowsAsync<SiloUnavailableException>(() => EncodeAsync("red"));
        _cluster.EncoderSilos = ["d"];
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.True((await EncodeAsync("red")).IsSuccess);
        Assert.Equal([1], Counts("d"));
    }

    private Task<Result<ImmutableArray<byte[]>>> EncodeAsync(params string[] texts) =>
        _pool.CallAsync(texts.Length, encoder => encoder.EncodeTexts("toy", [.. texts]));

    private int[] Counts(params string[] silos) => [.. silos.Select(silo => _cluster.Embedded.Count(call => call.Silo == silo))];
}
