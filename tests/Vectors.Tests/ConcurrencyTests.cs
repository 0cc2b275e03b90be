using System.Collections.Concurrent;
using ClipOrleans.Vectors.Filters;
using ClipOrleans.Vectors.Search;

namespace ClipOrleans.Vectors.Tests;

// Danger: a reader that meets the writer half-way: a row without its value, a tombstone too early, a block that grew away,
// a list that turned into a bitmap, runs that were merged meanwhile.
// Invariant: I10, I7: every view is whole and stays what it was, whatever the writer does.
// Method: each document's fields, vector and locator say the same number, so any mixture shows. One writer churns through
// a fixed number of writes; readers check whole views all the while, and the views they kept once more at the end.
public sealed class ConcurrencyTests
{
    private const int Dimensions = 8;
    private const int Writes = 30_000;
    private const int Ids = 3_000;
    private const int Readers = 3;

    /// <summary>A moved document's locator grows by this; the remainder stays its version.</summary>
    private const long Move = 64_000;

    private const int Seed = 7;

    private static readonly FieldSchema Schema = new(
        [new("parity", FieldType.Keyword), new("version", FieldType.Number), new("digits", FieldType.KeywordList)]);

    private static readonly float[][] Vectors = [.. Enumerable.Range(0, 64).Select(i => Sample.Direction(i, Dimensions))];

    private static readonly Filter Even = Sample.Filter(Schema, "{\"parity\":\"0\"}");
    private static readonly Filter NotEven = Sample.Filter(Schema, "{\"$not\":{\"parity\":\"0\"}}");
    private static readonly Filter Late = Sample.Filter(Schema, $"{{\"version\":{{\"$gte\":{Writes / 2}}},\"digits\":{{\"$in\":[\"3\",\"4\"]}}}}");

    [Fact]
    public async Task I7_Readers_meet_whole_views_while_the_writer_churns()
    {
        var collection = new VectorCollection(Dimensions, Schema);
        var isDone = false;
        var kept = new ConcurrentBag<(CollectionView View, string Answer)>();
        var readers = Enumerable.Range(0, Readers).Select(reader => Task.Factory.StartNew(
            () => ReadUntil(() => Volatile.Read(ref isDone), () => collection.View, kept), TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToList();
        try
        {
            Churn(collection);
        }
        finally
        {
            Volatile.Write(ref isDone, true);
        }

        var views = await Task.WhenAll(readers);
        // Readers that saw nothing but the end prove nothing.
        Assert.True(views.Sum() > 20, $"{views.Sum()} views were checked");
        foreach (var (view, answer) in kept)
            Assert.Equal(answer, Answer(view));
    }

    private static void Churn(VectorCollection collection)
    {
        var random = new Random(Seed);
        var locators = new Dictionary<string, long>(StringComparer.Ordinal);
        for (var version = 0; version < Writes; version++)
        {
            var id = $"id{random.Next(Ids)}";
            var choice = random.Next(6);
            if (choice == 0)
            {
                Assert.Equal(locators.Remove(id), collection.Delete(id));
            }
            else if (choice == 1 && locators.TryGetValue(id, out var locator))
            {
                Assert.True(collection.TryRelocate(id, locator, locator + Move));
                locators[id] = locator + Move;
            }
            else
            {
                Assert.Equal(locators.TryAdd(id, version), collection.Upsert(id, Vectors[version % Vectors.Length], Values(version), version));
                locators[id] = version;
            }

            if (random.Next(12) == 0)
                collection.Publish();
        }

        collection.Publish();
    }

    private static int ReadUntil(Func<bool> isDone, Func<CollectionView> newest, ConcurrentBag<(CollectionView View, string Answer)> kept)
    {
        var checkedViews = 0;
        CollectionView? last = null;
        bool isLastRound;
        do
        {
            isLastRound = isDone();
            var view = newest();
            if (ReferenceEquals(view, last))
                continue;
            last = view;
            var answer = Answer(view);
            if (checkedViews++ % 16 == 0 && kept.Count < 64)
                kept.Add((view, answer));
        }
        while (!isLastRound);

        return checkedViews;
    }

    /// <summary>Checks the view and sums up what it says.</summary>
    private static string Answer(CollectionView view)
    {
        var all = view.MatchingIds(null, int.MaxValue, null);
        Assert.Equal(view.Count, all.Count);
        Assert.Equal(all.Count, all.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(all.Order(StringComparer.Ordinal), all);
        Assert.Equal(view.Count, view.CountMatches(Even) + view.CountMatches(NotEven));

        var versions = all.Select(id => Version(view, id)).ToList();
        Assert.Equal(versions.Count(version => version % 2 == 0), view.CountMatches(Even));
        Assert.All(view.MatchingIds(Even, int.MaxValue, null), id => Assert.Equal(0, Version(view, id) % 2));
        Assert.All(view.MatchingIds(Late, int.MaxValue, null), id =>
        {
            Assert.True(Version(view, id) >= Writes / 2);
            Assert.Contains(Digits(Version(view, id)), digit => digit is '3' or '4');
        });

        var outcome = view.Search(Vectors[5], new SearchOptions { TopK = 50, Filter = NotEven, Facets = ["parity"] });
        Assert.Equal(view.CountMatches(NotEven), outcome.Matched);
        Assert.All(outcome.Hits, hit => Assert.Equal((hit.Locator % Move, 1), (Version(view, hit.Id), hit.Locator % 2)));
        var locators = all.Select(id => view.TryGet(id, out var row) ? view.LocatorOf(row) : -1);
        return $"{view.Count} {string.Join(',', locators)} {string.Join(',', outcome.Hits)}";
    }

    private static long Version(CollectionView view, string id)
    {
        Assert.True(view.TryGet(id, out var row));
        Assert.Equal(id, view.IdOf(row));
        var version = view.LocatorOf(row) % Move;
        Span<float> vector = stackalloc float[Dimensions];
        view.CopyVector(row, vector);
        Assert.True(vector.SequenceEqual(Vectors[version % Vectors.Length]));
        return version;
    }

    private static FieldValues Values(int version) => Sample.Values(
        Schema,
        $"{{\"parity\":\"{version % 2}\",\"version\":{version},\"digits\":[{string.Join(',', Digits(version).Select(digit => $"\"{digit}\""))}]}}");

    private static string Digits(long version) => version.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
