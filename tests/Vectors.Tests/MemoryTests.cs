using System.Runtime.CompilerServices;
using ClipOrleans.Vectors.Ann;
using ClipOrleans.Vectors.Filters;
using ClipOrleans.Vectors.Rows;

namespace ClipOrleans.Vectors.Tests;

// Danger: an estimate that leaves a structure out, so that an operator's limits mean nothing; a publication that copies.
// Invariant: BytesInMemory is what becomes free with the collection, within the tolerance; publishing a document costs no share of the index.
// Method: runs alone (no parallel tests), since the heap is the whole process's.
[Collection(nameof(MemoryTests))]
public sealed class MemoryTests
{
    /// <summary>Dictionary internals and array headers are estimated; half-filled blocks are counted whole.</summary>
    private const double Tolerance = 0.12;

    private static readonly FieldSchema Schema = new(
    [
        new("sku", FieldType.Keyword), new("price", FieldType.Number), new("tags", FieldType.KeywordList),
        new("sale", FieldType.Boolean), new("added", FieldType.DateTime), new("place", FieldType.Geo),
    ]);

    [Fact]
    public void Memory_that_the_system_has_not_is_refused_and_the_process_lives()
    {
        if (!OperatingSystem.IsLinux())
            return;
        Assert.Throws<InsufficientMemoryException>(() => HeapVectorMemory.Instance.Allocate(1L << 60));
        Assert.Throws<ArgumentOutOfRangeException>(() => HeapVectorMemory.Instance.Allocate(0));
        GC.Collect();
        GC.WaitForPendingFinalizers(); // an exception there ends the process
    }

    [Theory]
    [InlineData(20_000, 16, Quantization.None)]
    [InlineData(3_000, 512, Quantization.None)]
    [InlineData(12_000, 64, Quantization.Binary)]
    public void BytesInMemory_is_what_becomes_free(int rows, int dimensions, Quantization quantization)
    {
        const int Times = 3;
        var vectors = Enumerable.Range(0, 50).Select(i => Sample.Direction(i, dimensions)).ToArray();
        var holder = new VectorCollection?[1];
        // What else the process gives back now and then, as pools of arrays do, comes into one of the times, not into most.
        var measured = Enumerable.Range(0, Times).Select(_ => Measure()).OrderBy(static found => found.Freed).ToArray();
        var (estimate, freed) = measured[Times / 2];
        Assert.InRange(estimate, freed * (1 - Tolerance), freed * (1 + Tolerance));

        // Measured by what becomes free, not by what was taken: whatever earlier tests left behind has been collected by
        // then. Filled by a call of its own, so that no forgotten register of this frame keeps the collection alive.
        (long Estimate, long Freed) Measure()
        {
            var claimed = Fill();
            var held = Held();
            holder[0] = null;
            return (claimed, held - Held());
        }

        static long Held()
        {
            var heap = GC.GetTotalMemory(forceFullCollection: true);
            GC.WaitForPendingFinalizers();
            return heap + HeapVectorMemory.Allocated;
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        long Fill()
        {
            holder[0] = Build(rows);
            Assert.Equal(quantization is Quantization.Binary, holder[0]!.Train(2, TestContext.Current.CancellationToken));
            return holder[0]!.BytesInMemory;
        }

        VectorCollection Build(int count)
        {
            var built = new VectorCollection(dimensions, Schema, new CollectionOptions { Quantization = quantization });
            for (var i = 0; i < count; i++)
            {
                var json = $$"""{"sku":"sku-{{i}}","price":{{i % 977}},"tags":["t{{i % 50}}","u{{i % 7}}"],"sale":{{(i % 3 == 0 ? "true" : "false")}},"added":"2026-03-01T00:00:{{i % 60:D2}}Z","place":{"lat":{{i % 90}},"lon":{{i % 180}} } }""";
                built.Upsert($"document-{i}", vectors[i % vectors.Length], Sample.Values(Schema, json), i);
                if (i % 1000 == 999)
                    built.Publish();
            }

            built.Publish();
            return built;
        }
    }

    [Theory]
    [InlineData(256 << 10)]
    [InlineData(3 << 20)]
    public void Native_memory_takes_no_more_than_it_says(int bytes)
    {
        const long Total = 192 << 20;
        const string Statistics = "/proc/self/statm";
        Assert.SkipUnless(File.Exists(Statistics), "Only Linux tells what a process takes in this way.");
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = Resident();
        var blocks = Enumerable.Range(0, (int)(Total / bytes)).Select(_ => new NativeBlock(bytes)).ToArray();
        // What earlier tests gave back may be taken again, so that the process grows by less.
        Assert.InRange(Resident() - before, 1, Total * (1 + Tolerance));
        Assert.Equal(Total, blocks.Sum(static block => block.Bytes));

        static long Resident() => long.Parse(File.ReadAllText(Statistics).Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture) * Environment.SystemPageSize;
    }

    [Theory]
    [InlineData(4 << 10)]
    [InlineData(1 << 20)]
    public void Blocks_of_vectors_go_back_to_the_system_when_nobody_refers_to_them(int bytes)
    {
        const long Total = 128 << 20;
        const string Statistics = "/proc/self/statm";
        Assert.SkipUnless(File.Exists(Statistics), "Only Linux tells what a process takes in this way.");
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = HeapVectorMemory.Allocated;
        var taken = Take();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.InRange(HeapVectorMemory.Allocated - before, long.MinValue, 0);
        // Small blocks are the C library's to keep.
        if (bytes >= 256 << 10)
            Assert.InRange(Resident() - taken, long.MinValue, -Total / 2);

        [MethodImpl(MethodImplOptions.NoInlining)]
        long Take()
        {
            var all = Enumerable.Range(0, (int)(Total / bytes)).Select(_ => HeapVectorMemory.Instance.Allocate(bytes)).ToArray();
            Array.ForEach(all, block => Touch(block));
            Assert.InRange(HeapVectorMemory.Allocated - before, 1, Total);
            return Resident();
        }

        static unsafe void Touch(VectorMemory block)
        {
            Assert.Equal(0u, (nuint)block.Pointer % 64);
            new Span<byte>(block.Pointer, (int)block.Bytes).Fill(1);
            GC.KeepAlive(block);
        }

        static long Resident() => long.Parse(File.ReadAllText(Statistics).Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture) * Environment.SystemPageSize;
    }

    [Fact]
    public void Publishing_one_document_copies_no_share_of_the_index()
    {
        const int Rows = 100_000;
        // Without what doubles now and then: the cost of an ordinary publication.
        const long MaxMedianBytes = 64 * 1024;
        var collection = Sample.Collection(Rows, 8);
        var vector = Sample.Direction(1, 8);
        var costs = new List<long>();
        for (var i = 0; i < 101; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            collection.Upsert($"{i * 900:D8}", vector, FieldValues.Empty, i);
            Assert.True(collection.TryRelocate($"{(i * 900) + 1:D8}", (i * 900) + 1, i));
            collection.Publish();
            costs.Add(GC.GetAllocatedBytesForCurrentThread() - before);
        }

        costs.Sort();
        Assert.InRange(costs[costs.Count / 2], 1, MaxMedianBytes);
    }
}

/// <summary>Nothing else runs while the heap is measured.</summary>
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
public sealed class MemoryTestsRunAlone;
