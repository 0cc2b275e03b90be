using System.Diagnostics.Metrics;
using System.Globalization;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Grains.Configuration;
using ClipOrleans.Grains.Placement;
using ClipOrleans.Grains.Shards;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ClipOrleans.Grains.Tests.Shards;

// Danger: shards are opened faster than others are closed, and the process runs out of memory; a shard that is too large is closed under its callers.
// Invariants: an opening makes room first, waits where memory is short and never for ever; what is in use stays; the budget and what is taken are metrics.
// Method: shards of made sizes, a clock that the test moves, closings that the test ends.
public sealed class MemoryKeeperTests : IDisposable
{
    private const long Megabyte = 1 << 20;
    private const int Budget = 100;

    private static readonly TimeSpan s_hang = TimeSpan.FromSeconds(60);

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly ManualClock _clock = new();
    private readonly LocalShards _shards;
    private readonly NotedLog _log = new();
    private readonly MemoryKeeper _keeper;

    public MemoryKeeperTests()
    {
        _shards = new LocalShards(_clock);
        _keeper = new MemoryKeeper(
            Options.Create(new MemorySettings { Budget = Budget }), _shards, _clock, new GrainInstruments(_services.GetRequiredService<IMeterFactory>()), _log);
    }

    public void Dispose() => _services.Dispose();

    [Fact]
    public void Shards_that_have_grown_over_the_budget_go_cold_the_least_recently_used_first_and_once()
    {
        var shards = Open(count: 10, megabytes: 10);
        Assert.Empty(_keeper.Look());
        Assert.All(shards, shard => Assert.Equal(0, shard.Told));

        shards[7].BytesInMemory = 20 * Megabyte;
        _clock.Advance(TimeSpan.FromSeconds(5));
        _keeper.Look();
        _keeper.Look();
        Assert.Equal([1, 1, 0, 0, 0, 0, 0, 0, 0, 0], shards.Select(shard => shard.Told));
        Assert.Equal(110 * Megabyte, _keeper.Taken);
        Array.ForEach(shards[..2], shard => shard.Close());
        Assert.Equal(90 * Megabyte, _keeper.Taken);
    }

    [Fact]
    public async Task An_opening_makes_room_for_what_the_shard_took_before()
    {
        var shards = Open(count: 10, megabytes: 10);
        shards[9].BytesInMemory = 8 * Megabyte;
        _keeper.Look();
        _clock.Advance(TimeSpan.FromSeconds(5));
        // 98 are taken, and another of the mean size does not fit. Nothing waits: it is not much above.
        using (await _keeper.MakeRoomAsync(Key(99), CancellationToken.None).WaitAsync(s_hang))
            Assert.Equal([1, 1, 0], shards[..3].Select(shard => shard.Told));
        Array.ForEach(shards[..2], shard => shard.Close());

        // The first took 10; 78 and 10 fit.
        using (await _keeper.MakeRoomAsync(shards[0].Key, CancellationToken.None).WaitAsync(s_hang))
            Assert.Equal(0, shards[2].Told);
    }

    [Fact]
    public async Task Room_is_kept_until_the_shard_is_open_and_then_given_back()
    {
        var shards = Open(count: 9, megabytes: 10);
        _keeper.Look();
        _clock.Advance(TimeSpan.FromSeconds(5));
        var first = await _keeper.MakeRoomAsync(Key(99), CancellationToken.None).WaitAsync(s_hang);
        Assert.All(shards, shard => Assert.Equal(0, shard.Told));
        using (await _keeper.MakeRoomAsync(Key(98), CancellationToken.None).WaitAsync(s_hang))
            Assert.Equal(2, shards.Count(shard => shard.Told > 0));
        first.Dispose();
        first.Dispose();
        Array.ForEach(shards[..2], shard => shard.Close());
        using (await _keeper.MakeRoomAsync(Key(97), CancellationToken.None).WaitAsync(s_hang))
        using (await _keeper.MakeRoomAsync(Key(96), CancellationToken.None).WaitAsync(s_hang))
        using (await _keeper.MakeRoomAsync(Key(95), CancellationToken.None).WaitAsync(s_hang))
            Assert.Equal(2, shards.Count(shard => shard.Told > 0)); // 70 and three of 10
    }

    [Fact]
    public async Task Where_there_is_plenty_of_room_an_opening_counts_nothing_until_the_next_look_is_due()
    {
        var shards = Open(count: 5, megabytes: 10);
        _keeper.Look();
        foreach (var shard in shards)
            shard.BytesInMemory = 30 * Megabyte;
        using (await _keeper.MakeRoomAsync(Key(99), CancellationToken.None).WaitAsync(s_hang))
            Assert.All(shards, shard => Assert.Equal(0, shard.Told));
        Assert.All(shards, shard => Assert.Equal(0, shard.Told));

        // 50 were counted, 10 opened since, and two more of 10 are above three quarters of the budget.
        using (await _keeper.MakeRoomAsync(Key(98), CancellationToken.None).WaitAsync(s_hang))
        {
            Assert.All(shards, shard => Assert.Equal(0, shard.Told));
            _ = _keeper.MakeRoomAsync(Key(97), CancellationToken.None);
            Assert.Contains(shards, shard => shard.Told > 0);
        }
    }

    [Fact]
    public async Task Where_memory_is_short_an_opening_waits_until_others_are_closed()
    {
        var shards = Open(count: 13, megabytes: 10);
        _clock.Advance(TimeSpan.FromSeconds(5));
        var opening = _keeper.MakeRoomAsync(Key(99), CancellationToken.None);
        Assert.False(opening.IsCompleted);
        foreach (var shard in shards.Where(shard => shard.Told > 0))
            shard.Close();
        (await opening.WaitAsync(s_hang)).Dispose();
        Assert.InRange(_keeper.Taken, 1, 90 * Megabyte);
    }

    [Fact]
    public async Task An_opening_does_not_wait_for_ever_for_shards_that_do_not_close()
    {
        Open(count: 13, megabytes: 10);
        _clock.Advance(TimeSpan.FromSeconds(5));
        (await _keeper.MakeRoomAsync(Key(99), CancellationToken.None).WaitAsync(s_hang)).Dispose();
        using var given = new CancellationTokenSource();
        var opening = _keeper.MakeRoomAsync(Key(98), given.Token);
        Assert.False(opening.IsCompleted);
        await given.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening.WaitAsync(s_hang));
    }

    [Fact]
    public async Task What_is_in_use_stays_and_it_is_said_that_memory_is_above_the_budget()
    {
        var shards = Open(count: 14, megabytes: 10);
        var calls = Array.ConvertAll(shards, shard => shard.Use.Begin());
        _clock.Advance(TimeSpan.FromSeconds(60));
        (await _keeper.MakeRoomAsync(Key(99), CancellationToken.None).WaitAsync(s_hang)).Dispose();
        Assert.All(shards, shard => Assert.Equal(0, shard.Told));
        Assert.Single(_log.Warnings);

        Array.ForEach(calls, call => call.Dispose());
        _keeper.Look();
        Assert.Equal(2, shards.Count(shard => shard.Told > 0)); // used to this moment: only down to what is no danger
        _clock.Advance(TimeSpan.FromSeconds(5));
        _keeper.Look();
        Assert.Equal(5, shards.Count(shard => shard.Told > 0));
    }

    [Fact]
    public void A_shard_larger_than_the_budget_stays_beside_small_ones_and_is_told_once()
    {
        var (large, small) = (Open(count: 1, megabytes: 150)[0], Open(count: 4, megabytes: 10, first: 1));
        for (var second = 0; second < 10; second++)
        {
            _clock.Advance(TimeSpan.FromSeconds(5));
            Assert.Empty(_keeper.Look());
        }

        Assert.Equal(0, large.Told);
        Assert.All(small, shard => Assert.Equal(0, shard.Told));
        Assert.Contains("150 MB", Assert.Single(_log.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Budget_and_what_is_taken_are_metrics()
    {
        Open(count: 3, megabytes: 10);
        var seen = new Dictionary<string, long>(StringComparer.Ordinal);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, to) =>
        {
            if (instrument.Meter.Scope == _services.GetRequiredService<IMeterFactory>() && instrument.IsObservable)
                to.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => seen[instrument.Name] = value);
        listener.Start();
        listener.RecordObservableInstruments();
        Assert.Equal(30 * Megabyte, seen["cliporleans.shards.memory"]);
        Assert.Equal(Budget * Megabyte, seen["cliporleans.shards.memory.budget"]);
    }

    [Fact]
    public void Without_a_setting_the_budget_is_half_of_what_the_process_may_use() =>
        Assert.Equal(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2, new MemorySettings().BudgetBytes);

    /// <summary>Each is used a second after the one before; the last one now.</summary>
    private FakeShard[] Open(int count, long megabytes, int first = 0)
    {
        var shards = new FakeShard[count];
        for (var number = 0; number < count; number++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            shards[number] = new FakeShard(first + number, megabytes * Megabyte, _clock);
            _shards.Add((first + number).ToString(CultureInfo.InvariantCulture), shards[number]);
        }

        return shards;
    }

    private ShardKey Key(int number) => new FakeShard(number, 0, _clock).Key;

    private sealed class NotedLog : ILogger<MemoryKeeper>
    {
        public List<string> Warnings { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel >= LogLevel.Warning)
                Warnings.Add(formatter(state, exception));
        }
    }
}
