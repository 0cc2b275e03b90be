using System.IO.MemoryMappedFiles;
using ClipOrleans.Vectors.Ann;
using ClipOrleans.Vectors.Filters;
using ClipOrleans.Vectors.Kernels;
using ClipOrleans.Vectors.Search;
using ClipOrleans.Vectors.Tests.Ann;

namespace ClipOrleans.Vectors.Tests;

// Danger: a reader that meets lists, codes or a mapping while they grow, are replaced, or are given back to the system:
// rows beyond its view, rows twice, codes of other rows, a crash.
// Invariant: I7, I10: every search of every view, new or kept, gives different live rows of that view with the true cosines
// of their vectors, and finds what is there; whatever the writer does, and whatever the garbage collector takes.
// Method: one writer inserts, replaces, deletes, trains beside its writes, adopts, compacts, and moves the index into a
// mapped file and back, each a fixed number of times, collecting garbage all the while; readers search without pause. A
// document's locator says which vector it has, so that memory that went away shows.
public sealed class IndexedConcurrencyTests : IDisposable
{
    private const int Dimensions = 64;
    private const int Documents = 5_000;
    private const int Cycles = 4;
    private const int WritesPerCycle = 1_500;
    private const int Readers = 2;
    private const int Seed = 71;

    /// <summary>Least share of searches for a document's own vector that find it first: approximate search may miss.</summary>
    private const double LeastFound = 0.97;

    private static readonly Gallery Images = new(Dimensions, 8_000, queries: 10, seed: Seed);
    private static readonly Filter Part = Sample.Filter(Gallery.Schema, "{\"part\":{\"$in\":[\"1\",\"2\",\"3\"]}}");

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private VectorCollection _collection = new(Dimensions, Gallery.Schema);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(Quantization.Int8)]
    [InlineData(Quantization.Binary)]
    public async Task I7_Readers_meet_whole_indexes_while_the_writer_replaces_them(Quantization quantization)
    {
        _collection = Images.Collection(quantization, Documents);
        Assert.True(_collection.Train(2, Cancel));
        var isDone = false;
        var readers = Enumerable.Range(0, Readers).Select(reader => Task.Factory.StartNew(
            () => Read(reader, () => Volatile.Read(ref isDone)), Cancel, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToList();
        try
        {
            await Write();
        }
        finally
        {
            Volatile.Write(ref isDone, true);
        }

        var counts = await Task.WhenAll(readers);
        Assert.All(counts, count => Assert.True(count.Searches > 50, $"{count.Searches} searches prove nothing"));
        Assert.InRange(counts.Sum(count => count.Found) / (double)counts.Sum(count => count.Searches), LeastFound, 1);
    }

    private async Task Write()
    {
        var random = new Random(Seed);
        for (var cycle = 0; cycle < Cycles; cycle++)
        {
            // The training of a cycle runs beside its writes; binary and int8 take turns, so that it is always due.
            var current = _collection;
            current.Reconfigure(current.Options with { Quantization = current.Options.Quantization is Quantization.Int8 ? Quantization.Binary : Quantization.Int8 });
            var training = current.BeginTraining();
            Assert.NotNull(training);
            var running = Task.Run(() => training.Run(1, breathe: null, Cancel), Cancel);
            for (var write = 0; write < WritesPerCycle; write++)
            {
                var row = random.Next(Images.Vectors.Length);
                var id = Gallery.Id(random.Next(Documents));
                if (random.Next(5) == 0)
                    current.Delete(id);
                else
                    current.Upsert(id, Images.Vectors[row], Gallery.Values(row), row);
                if (random.Next(20) == 0)
                    current.Publish();
                if (write % 100 == 0)
                    GC.Collect(write % 500 == 0 ? 2 : 0);
            }

            await running;
            current.Publish();
            training.CatchUp(current.View, Cancel);
            Assert.True(current.Adopt(training));
            current.Publish();
            Collect();
            Volatile.Write(ref _collection, cycle % 2 == 0 ? current.Compacted() : Reopened(current.Compacted(), cycle));
            Collect();
        }
    }

    /// <summary>The same documents, with the index in a mapped file.</summary>
    private VectorCollection Reopened(VectorCollection collection, int cycle)
    {
        var path = Path.Combine(_folder, $"{cycle}");
        var view = collection.View;
        using (var stream = File.Create(path))
            ListFile.Write(view.State.Index!, view.State.RowCount, stream);
        var reopened = new VectorCollection(Dimensions, Gallery.Schema, collection.Options);
        for (var row = 0; row < view.State.RowCount; row++)
            reopened.Upsert(view.IdOf(row), Images.Vectors[view.LocatorOf(row)], Gallery.Values((int)view.LocatorOf(row)), view.LocatorOf(row));
        using var file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        using var mapped = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        Assert.True(reopened.TryAdopt(ListFile.Open(mapped.SafeMemoryMappedViewHandle, new FileInfo(path).Length, Dimensions).Index));
        reopened.Publish();
        return reopened;
    }

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    private (int Searches, int Found) Read(int reader, Func<bool> isDone)
    {
        var random = new Random(Seed + reader);
        var kept = new Queue<(CollectionView View, float[] Query, IReadOnlyList<RowHit> Hits)>();
        var (searches, found) = (0, 0);
        do
        {
            var view = Volatile.Read(ref _collection).View;
            var asked = Images.Queries[random.Next(Images.Queries.Length)];
            kept.Enqueue((view, asked, view.Search(asked, new SearchOptions()).Hits));
            if (kept.Count > 8)
                kept.Dequeue();
            var (old, query, hits) = kept.Peek();
            Assert.Equal(hits, old.Search(query, new SearchOptions()).Hits);
            foreach (var each in (CollectionView[])[view, old])
            {
                Check(each, random);
                found += FindsItself(each, random) ? 1 : 0;
                searches++;
            }
        }
        while (!isDone());
        return (searches, found);
    }

    private static void Check(CollectionView view, Random random)
    {
        var query = Images.Queries[random.Next(Images.Queries.Length)];
        var options = new SearchOptions { TopK = random.Next(2) == 0 ? 10 : 200, Filter = random.Next(2) == 0 ? Part : null };
        AssertTrue(view, query, options, view.Search(query, options).Hits);
        if (view.State.Index is not { } index)
            return;
        AssertTrue(view, query, options, ForcedPlan.Search(view, SearchStrategy.ListScan, query, options));
        if (index.Model.Components is not null)
            AssertTrue(view, query, options, ForcedPlan.Search(view, SearchStrategy.CodeScanMatches, query, options));
    }

    private static void AssertTrue(CollectionView view, float[] query, SearchOptions options, IReadOnlyList<RowHit> hits)
    {
        var matches = view.CountMatches(options.Filter);
        Assert.Equal(Math.Min(options.TopK, matches), hits.Count);
        var before = float.PositiveInfinity;
        foreach (var hit in hits)
        {
            Assert.True(view.TryGet(hit.Id, out var row));
            Assert.Equal((row, view.LocatorOf(row)), (hit.Row, hit.Locator));
            Assert.Equal(VectorMath.Dot(query, Images.Vectors[hit.Locator]), hit.Score);
            Assert.True(hit.Score <= before);
            Assert.True(options.Filter is null || hit.Locator % 10 is 1 or 2 or 3);
            before = hit.Score;
        }

        Assert.Equal(hits.Count, hits.Select(static hit => hit.Row).Distinct().Count());
    }

    /// <summary>Codes of memory that went away would lead elsewhere.</summary>
    private static bool FindsItself(CollectionView view, Random random)
    {
        var row = random.Next((int)(view.Count + view.DeadRows));
        if (!view.TryGet(view.IdOf(row), out row))
            return true;
        var vector = Images.Vectors[view.LocatorOf(row)];
        return view.Search(vector, new SearchOptions { EffortLevel = 2 }).Hits[0].Score >= VectorMath.Dot(vector, vector);
    }
}
