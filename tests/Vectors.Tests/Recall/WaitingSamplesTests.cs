using ClipOrleans.Vectors.Recall;
using ClipOrleans.Vectors.Search;

namespace ClipOrleans.Vectors.Tests.Recall;

// Danger: memory that grows while nobody measures; a busy band that starves a rare one.
// Invariant: never more than the capacity; a band that has nothing waiting always has room.
public sealed class WaitingSamplesTests
{
    [Fact]
    public void A_busy_band_leaves_room_for_the_others()
    {
        var waiting = new WaitingSamples();
        while (waiting.HasRoom(0))
            waiting.Add(Of(0));
        for (var band = 1; band < SelectivityBand.Count; band++)
        {
            Assert.True(waiting.HasRoom(band));
            while (waiting.HasRoom(band))
                waiting.Add(Of(band));
        }

        Assert.Equal(WaitingSamples.Capacity, waiting.Count);
        Assert.Equal(WaitingSamples.Capacity, waiting.TakeAll().Length);
        Assert.Equal(0, waiting.Count);
        Assert.True(waiting.HasRoom(0));
    }

    private static RecallSample Of(int band) => new([1], new SearchOptions(), band);
}
