using ClipOrleans.Vectors.Ann;

namespace ClipOrleans.Vectors.Tests.Ann;

// Danger: a reader that meets a list while the writer changes it: rows beyond its view, rows twice, memory that went away.
// Invariant: readers never wait, and what they find are different rows of their view, found about as well as before.
// Method: readers search without pause while one writer adds in single rows and portions, repairs, and publishes.
public sealed class GraphConcurrencyTests
{
    private const int Readers = 2;
    private const int Effort = 80;

    [Fact]
    public async Task Readers_find_rows_of_their_view_while_the_writer_goes_on()
    {
        var gallery = new Gallery(20);
        var start = gallery.Draw(2_000);
        var growth = gallery.Draw(2_000);
        var index = Gallery.Index(start);
        var isDone = false;
        var readers = Enumerable.Range(0, Readers).Select(_ => Task.Factory.StartNew(
            () => Read(gallery, () => index.View, () => Volatile.Read(ref isDone)), TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToList();
        try
        {
            Grow(index, growth);
        }
        finally
        {
            Volatile.Write(ref isDone, true);
        }

        Assert.All(await Task.WhenAll(readers), searches => Assert.True(searches > 20, $"{searches} searches prove nothing"));
        Assert.InRange(gallery.Recall(gallery.Vectors, _ => true, query => Gallery.Search(index.View, query, Effort * 2)), 0.97, 1);
    }

    private static void Grow(GraphIndex index, float[] growth)
    {
        var single = growth.Length / Gallery.Dimensions / 2;
        for (var i = 0; i < single; i++)
        {
            index.Add(growth.AsMemory(i * Gallery.Dimensions, Gallery.Dimensions));
            index.Publish();
            if (i % 50 != 0)
                continue;
            using var live = Gallery.Set(index.Count, row => row % 10 != 0);
            index.Repair(live, 100);
        }

        index.AddAll(growth.AsMemory(single * Gallery.Dimensions), threads: 1);
        index.Publish();
    }

    private static int Read(Gallery gallery, Func<GraphView> view, Func<bool> isDone)
    {
        var searches = 0;
        do
        {
            var seen = view();
            foreach (var query in gallery.QueryVectors)
            {
                var rows = Gallery.Search(seen, query, Effort);
                Assert.Equal(Effort, rows.Distinct().Count());
                Assert.All(rows, row => Assert.InRange(row, 0, seen.RowCount - 1));
                searches++;
            }
        }
        while (!isDone());
        return searches;
    }
}
