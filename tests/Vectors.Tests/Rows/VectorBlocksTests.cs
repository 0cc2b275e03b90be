using System.Runtime.CompilerServices;
using ClipOrleans.Vectors.Filters;
using ClipOrleans.Vectors.Rows;
using ClipOrleans.Vectors.Search;

namespace ClipOrleans.Vectors.Tests.Rows;

// Danger: a reader whose memory goes while it reads: the first block that grew away, a collection that nobody refers to
// but the search that runs on its view; bytes counted twice or in the wrong place.
// Invariant: rows that a view knows keep their values as long as anybody can ask for them.
// Method: memory that fills itself with NaN when the collector thinks that it is free, and a collector that never rests.
public sealed class VectorBlocksTests
{
    private const int Dimensions = 4_096;
    private const int BlockRows = 64;
    private const int HeapRows = (int)(VectorBlocks.HeapBytes / (Dimensions * sizeof(float)));

    [Fact]
    public void Old_rows_keep_their_values_while_the_first_block_grows_and_others_follow()
    {
        var blocks = new VectorBlocks(Dimensions, HeapVectorMemory.Instance);
        var kept = new List<(VectorRows Rows, int Count)>();
        for (var row = 0; row < (BlockRows * 3) + 1; row++)
        {
            blocks.Append(Row(row));
            kept.Add((blocks.Rows, blocks.Count));
        }

        Collect();
        foreach (var (rows, count) in kept)
        {
            for (var row = 0; row < count; row++)
                Assert.True(rows[row].SequenceEqual(Row(row)), $"row {row} of {count}");
            rows.KeepAlive();
        }
    }

    [Fact]
    public void A_small_collection_takes_what_it_holds_and_asks_for_no_other_memory()
    {
        var memory = new PoisonedMemory();
        var blocks = new VectorBlocks(Dimensions, memory);
        blocks.Append(Row(0));
        Assert.Equal(Dimensions * sizeof(float), blocks.HeapBytesUsed);
        for (var row = 1; row < HeapRows; row++)
            blocks.Append(Row(row));
        Assert.Equal(VectorBlocks.HeapBytes, blocks.HeapBytesUsed);
        Assert.Equal((0, 0), (memory.Asked, blocks.MappedBytes));

        blocks.Append(Row(HeapRows));
        Assert.Equal((1, VectorBlocks.HeapBytes), (memory.Asked, blocks.HeapBytesUsed));
        Assert.Equal(BlockRows * Dimensions * sizeof(float), blocks.MappedBytes);
    }

    [Fact]
    public void Mapped_bytes_are_not_memory()
    {
        var collection = Filled(new PoisonedMemory(), HeapRows + BlockRows);
        Assert.Equal(BlockRows * Dimensions * sizeof(float), collection.BytesMapped);
        Assert.Equal(VectorBlocks.HeapBytes, collection.Memory.Vectors);
        Assert.InRange(collection.BytesInMemory, VectorBlocks.HeapBytes, VectorBlocks.HeapBytes + (HeapRows * 300));
    }

    [Fact]
    public void Without_room_nothing_is_written_and_the_collection_says_that_it_is_broken()
    {
        var memory = new PoisonedMemory { Blocks = 1 };
        var collection = Filled(memory, HeapRows + BlockRows);
        Assert.Throws<IOException>(() => collection.Upsert("more", Row(1), FieldValues.Empty, 0));
        Assert.Throws<InvalidOperationException>(collection.Publish);
        Assert.Equal(HeapRows + BlockRows, collection.View.Count);
        Assert.True(collection.View.TryGet($"{HeapRows + 3}", out var row));
        AssertRow(collection.View, row);
    }

    [Fact]
    public void What_is_reserved_is_taken_and_what_cannot_be_reserved_changes_nothing()
    {
        var memory = new PoisonedMemory { Blocks = 2 };
        var collection = Filled(memory, HeapRows - 1);
        collection.Reserve(1);
        Assert.Equal(0, memory.Asked);
        Assert.Throws<IOException>(() => collection.Reserve(2 + (2 * BlockRows)));
        collection.Reserve(1 + (2 * BlockRows));
        Assert.Equal(2, memory.Asked);
        for (var row = HeapRows - 1; row < HeapRows + (2 * BlockRows); row++)
            collection.Upsert($"{row}", Row(row), FieldValues.Empty, row);
        collection.Publish();
        Assert.Equal(2, memory.Asked);
        AssertRow(collection.View, HeapRows + BlockRows);
    }

    [Fact]
    public async Task A_search_keeps_the_memory_that_it_reads()
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var collecting = Task.Factory.StartNew(
            () =>
            {
                while (!done.IsCancellationRequested)
                    Collect();
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        var memory = new PoisonedMemory();
        try
        {
            for (var round = 0; round < 8; round++)
            {
                // Nothing but the call itself refers to the view.
                var outcome = Filled(memory, HeapRows + (2 * BlockRows)).View.Search(Row(HeapRows + 70), new SearchOptions { TopK = 3 });
                Assert.Equal($"{HeapRows + 70}", outcome.Hits[0].Id);
                Assert.InRange(outcome.Hits[0].Score, 0.999f, 1.001f);
            }
        }
        finally
        {
            await done.CancelAsync();
            await collecting;
        }

        Collect();
        Assert.True(memory.Freed > 0, "the collector never took a block: the test shows nothing");
    }

    private static void AssertRow(CollectionView view, int row)
    {
        var vector = new float[Dimensions];
        view.CopyVector(row, vector);
        Assert.Equal(Row(row), vector);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static VectorCollection Filled(PoisonedMemory memory, int rows)
    {
        var collection = new VectorCollection(Dimensions, FieldSchema.Empty, new CollectionOptions { PreciseVectors = memory });
        for (var row = 0; row < rows; row++)
            collection.Upsert($"{row}", Row(row), FieldValues.Empty, row);
        collection.Publish();
        return collection;
    }

    /// <summary>An axis of its own for each row.</summary>
    private static float[] Row(int row)
    {
        var vector = new float[Dimensions];
        vector[row] = 1;
        return vector;
    }

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    /// <summary>Memory that is not the collector's, as a mapped file is not; what is freed reads as NaN.</summary>
    private sealed class PoisonedMemory : IVectorMemory
    {
        private int _freed;

        public int Blocks { get; init; } = int.MaxValue;

        public int Asked { get; private set; }

        public int Freed => Volatile.Read(ref _freed);

        public VectorMemory Allocate(long bytes)
        {
            if (Asked == Blocks)
                throw new IOException("no space left");
            Asked++;
            return Block.Create(this, (int)bytes);
        }

        private sealed unsafe class Block : VectorMemory
        {
            private readonly PoisonedMemory _owner;
            private readonly float[] _array;

            private Block(PoisonedMemory owner, float[] array, float* pointer, long bytes)
                : base(pointer, bytes, isMapped: true) => (_owner, _array) = (owner, array);

            ~Block()
            {
                _array.AsSpan().Fill(float.NaN);
                Interlocked.Increment(ref _owner._freed);
            }

            public static Block Create(PoisonedMemory owner, int bytes)
            {
                var array = GC.AllocateUninitializedArray<float>(bytes / sizeof(float), pinned: true);
                fixed (float* pointer = array)
                    return new Block(owner, array, pointer, bytes);
            }
        }
    }
}
