using ClipOrleans.Grains.Placement;
using ClipOrleans.Grains.Shards;

namespace ClipOrleans.Grains.Tests.Shards;

// Danger: a process that has become idle keeps the memory of all shards that it closed; or it collects again and again for nothing.
// Invariant: one collection is asked for when enough was closed since the last, whoever asked for that one; less is enough once no more is closed.
// Method: a collector that counts, a clock that the test moves.
public sealed class FreedMemoryTests
{
    private readonly FakeShard[] _shards = [.. Enumerable.Range(0, 4).Select(number => new FakeShard(number, 40, TimeProvider.System))];
    private readonly FreedMemory _freed;
    private readonly ManualClock _clock = new();
    private int _collections = 5;
    private int _asked;

    public FreedMemoryTests() => _freed = new FreedMemory(() => _collections, () => (_asked, _collections) = (_asked + 1, _collections + 1), worth: 100, _clock);

    [Fact]
    public void A_collection_is_asked_for_when_enough_was_closed_and_not_again()
    {
        Note(open: 4);
        Note(open: 2);
        Assert.Equal(0, _asked);
        Note(open: 1);
        Assert.Equal(1, _asked);
        Note(open: 1);
        Note(open: 0);
        Assert.Equal(1, _asked);
    }

    [Fact]
    public void What_the_collector_has_looked_at_by_itself_does_not_count()
    {
        Note(open: 4);
        Note(open: 2);
        _collections++;
        Note(open: 2);
        Note(open: 0);
        Assert.Equal(0, _asked);
    }

    [Fact]
    public void Less_is_enough_when_nothing_more_is_closed_but_not_next_to_nothing()
    {
        _shards[3].BytesInMemory = FreedMemory.LeastWorth;
        var freed = new FreedMemory(() => _collections, () => (_asked, _collections) = (_asked + 1, _collections + 1), worth: long.MaxValue, _clock);
        Note(freed, open: 4);
        Note(freed, open: 3);
        _clock.Advance(FreedMemory.Settled / 2);
        Note(freed, open: 2);
        _clock.Advance(FreedMemory.Settled / 2);
        Note(freed, open: 2);
        Assert.Equal(0, _asked);
        _clock.Advance(FreedMemory.Settled / 2);
        Note(freed, open: 2);
        Assert.Equal(1, _asked);
        Note(freed, open: 0);
        _clock.Advance(FreedMemory.Settled * 2);
        Note(freed, open: 0);
        Assert.Equal(1, _asked);
    }

    private void Note(int open) => Note(_freed, open);

    private void Note(FreedMemory freed, int open)
    {
        freed.Note(_shards.Take(open).Select(static shard => ((ILocalShard)shard, shard.BytesInMemory)));
        freed.CollectIfWorth();
    }
}
