using ClipOrleans.Vectors.Ann;
using ClipOrleans.Vectors.Filters;

namespace ClipOrleans.Vectors.Tests.Ann;

// Danger: a graph that falls apart: rows nobody can reach, neighbourhoods that a filter or a deletion cuts off, a build that
// depends on threads.
// Invariant: I6 recall, I7 filters hold, I10 same data same answer, and no rot under churn.
// Method: a gallery of clusters with queries from outside, where an exact scan is the judge.
public sealed class GraphIndexTests
{
    private const int Rows = 4_000;
    private const int Effort = 160;

    [Fact]
    public void I6_Queries_from_outside_find_nearly_all_and_more_effort_finds_more()
    {
        var gallery = new Gallery(1);
        var view = Gallery.Index(gallery.Draw(Rows)).View;
        double At(int effort) => gallery.Recall(gallery.Vectors, _ => true, query => Gallery.Search(view, query, effort));
        Assert.InRange(At(Effort), 0.98, 1);
        Assert.True(At(10) < At(Effort));
    }

    [Fact]
    public void I10_The_same_rows_give_the_same_graph_whatever_the_threads()
    {
        var vectors = new Gallery(2).Draw(Rows);
        var one = Gallery.Index(vectors);
        var three = Gallery.Index(vectors, threads: 3);
        for (var row = 0; row < Rows; row++)
            Assert.True(one.Vertices.Neighbours(row).SequenceEqual(three.Vertices.Neighbours(row)), $"row {row}");
    }

    [Fact]
    public void Rows_added_one_by_one_are_found_once_published_and_not_before()
    {
        var gallery = new Gallery(3);
        var index = Gallery.Index(gallery.Draw(1_000));
        var old = index.View;
        foreach (var vector in gallery.Draw(300).Chunk(Gallery.Dimensions))
            index.Add(vector);
        Assert.Same(old, index.View);
        Assert.All(gallery.QueryVectors, query => Assert.All(Gallery.Search(old, query, Effort), row => Assert.InRange(row, 0, 999)));

        index.Publish();
        Assert.Equal(1_300, index.View.RowCount);
        for (var row = 0; row < 1_300; row++)
            Assert.Contains(row, Gallery.Search(index.View, gallery.Vectors[row], 40));
        Assert.InRange(gallery.Recall(gallery.Vectors, _ => true, query => Gallery.Search(index.View, query, Effort)), 0.98, 1);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(10)]
    [InlineData(50)]
    public void I6_I7_A_filter_holds_and_loses_nothing_wherever_its_rows_lie(int oneIn)
    {
        var gallery = new Gallery(4);
        var view = Gallery.Index(gallery.Draw(Rows)).View;
        var about = gallery.QueryVectors[0];
        var rank = Gallery.Truth(gallery.Vectors, about, _ => true);
        Assert.Equal(Gallery.Top, rank.Length);
        var byNearness = Enumerable.Range(0, Rows).OrderByDescending(row => Kernels(about, gallery.Vectors[row])).ToArray();
        var place = new int[Rows];
        foreach (var (at, row) in byNearness.Index())
            place[row] = at;

        Func<int, bool>[] filters = [row => row % oneIn == 0, row => place[row] < Rows / oneIn, row => place[row] >= Rows - (Rows / oneIn)];
        foreach (var accepts in filters)
        {
            using var set = Gallery.Set(Rows, accepts);
            AssertFilter(gallery, accepts, query => Accepted(view, set, query, throughGraph: true));
            AssertFilter(gallery, accepts, query => Accepted(view, set, query, throughGraph: false));
        }
    }

    [Fact]
    public void A_filter_that_accepts_nothing_finds_nothing()
    {
        var gallery = new Gallery(5);
        var view = Gallery.Index(gallery.Draw(500)).View;
        using var none = DocumentSet.None(500);
        Assert.Empty(Accepted(view, none, gallery.QueryVectors[0], throughGraph: true));
        Assert.Empty(Accepted(view, none, gallery.QueryVectors[0], throughGraph: false));
    }

    [Fact]
    public void Recall_and_memory_survive_five_times_a_third_exchanged()
    {
        var gallery = new Gallery(6);
        var index = Gallery.Index(gallery.Draw(Rows));
        var rows = gallery.Vectors.ToList();
        double Recall() => gallery.Recall(rows, _ => true, query => Gallery.Search(index.View, query, Effort));
        var (recall, memory) = (Recall(), index.BytesInMemory);
        var random = new Random(7);
        for (var round = 0; round < 5; round++)
        {
            var dead = Enumerable.Range(0, Rows).OrderBy(_ => random.Next()).Take(Rows * 3 / 10).ToHashSet();
            using var live = Gallery.Set(Rows, row => !dead.Contains(row));
            Assert.True(index.Repair(live, Rows / 2) > 0);
            index = index.Compacted(live);
            rows = [.. rows.Where((_, row) => !dead.Contains(row))];
            Assert.Equal(rows.Count, index.Count);
            var fresh = gallery.Draw(dead.Count);
            index.AddAll(fresh, threads: 1);
            index.Publish();
            rows.AddRange(fresh.Chunk(Gallery.Dimensions));
        }

        Assert.InRange(Recall(), recall - 0.01, 1);
        Assert.InRange(index.BytesInMemory, memory * 0.9, memory * 1.1);
    }

    [Fact]
    public void Repair_leads_around_the_dead_in_bounded_steps()
    {
        var gallery = new Gallery(8);
        var index = Gallery.Index(gallery.Draw(Rows));
        bool IsLive(int row) => row % 3 != 0;
        using var live = Gallery.Set(Rows, IsLive);
        for (var done = 0; done < Rows; done += 500)
            Assert.InRange(index.Repair(live, 500), 1, 500);
        Assert.Equal(0, index.Repair(live, Rows));
        for (var row = 0; row < Rows; row++)
        {
            if (IsLive(row))
                Assert.DoesNotContain(index.Vertices.Neighbours(row).ToArray(), neighbour => !IsLive(neighbour));
        }

        Assert.InRange(gallery.Recall(gallery.Vectors, IsLive, query => Accepted(index.View, live, query, throughGraph: true)), 0.97, 1);
    }

    [Fact]
    public void Wrong_sizes_are_refused()
    {
        var gallery = new Gallery(9);
        var index = Gallery.Index(gallery.Draw(100));
        using var set = DocumentSet.All(99);
        Assert.Throws<ArgumentException>(() => index.Add(new float[Gallery.Dimensions + 1]));
        Assert.Throws<ArgumentException>(() => Accepted(index.View, set, gallery.QueryVectors[0], throughGraph: true));
        Assert.Throws<ArgumentOutOfRangeException>(() => Gallery.Search(index.View, new float[3], 10));
        Assert.Throws<ArgumentOutOfRangeException>(() => index.Repair(set, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GraphSettings { Degree = 8, DegreeAfterChoice = 8 }.Check());
    }

    [Fact]
    public void An_empty_graph_finds_nothing_and_takes_the_first_row()
    {
        var gallery = new Gallery(10);
        var sample = gallery.Draw(100);
        var index = new GraphIndex(Gallery.Settings, Gallery.Index(sample).Encoder);
        Assert.Empty(Gallery.Search(index.View, gallery.QueryVectors[0], 10));
        index.Add(sample.AsMemory(0, Gallery.Dimensions));
        index.Publish();
        Assert.Equal([0], Gallery.Search(index.View, gallery.QueryVectors[0], 10));
    }

    private static float Kernels(float[] a, float[] b) => ClipOrleans.Vectors.Kernels.VectorMath.Dot(a, b);

    private static void AssertFilter(Gallery gallery, Func<int, bool> accepts, Func<float[], int[]> search)
    {
        Assert.InRange(gallery.Recall(gallery.Vectors, accepts, search), 0.98, 1);
        Assert.All(gallery.QueryVectors, query => Assert.All(search(query), row => Assert.True(accepts(row))));
    }

    private static int[] Accepted(GraphView view, DocumentSet set, float[] query, bool throughGraph)
    {
        var rows = new int[Effort];
        return rows[..(throughGraph ? view.SearchAccepted(query, set, Effort, rows, out _) : view.ScanAccepted(query, set, Effort, rows))];
    }
}
