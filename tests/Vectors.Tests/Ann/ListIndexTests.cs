using ClipOrleans.Vectors.Ann;
using ClipOrleans.Vectors.Rows;

namespace ClipOrleans.Vectors.Tests.Ann;

// Danger: an index that depends on threads, or on how rows came; rows that are lost or doubled when numbers change.
// Invariant: I10: same rows in the same order, same index, to the byte; after a renumbering too.
// Method: the bytes of files are compared, which hold all that there is.
public sealed class ListIndexTests
{
    private const int Rows = 6_000;
    private static readonly Gallery Images = new(48, Rows, queries: 1, seed: 31);
    private static readonly ListIndex Int8 = Images.Index(Rows, withComponents: true);

    [Theory]
    [InlineData(true, 2)]
    [InlineData(true, 3)]
    [InlineData(false, 3)]
    public void I10_Any_number_of_threads_makes_the_same_index(bool withComponents, int threads) =>
        Assert.Equal(Bytes(Images.Index(Rows, withComponents)), Bytes(Images.Index(Rows, withComponents, threads)));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void I10_Rows_appended_one_by_one_are_where_they_are_when_appended_at_once(bool withComponents)
    {
        var atOnce = Images.Index(Rows, withComponents);
        var oneByOne = new ListIndex(atOnce.Model);
        for (var row = 0; row < Rows; row++)
            oneByOne.Append(Images.Vectors[row]);
        oneByOne.AppendedSince = 0;
        Assert.Equal(Bytes(atOnce), Bytes(oneByOne));
        Assert.True(oneByOne.Holds(Images.Blocks(Rows).Rows));
    }

    [Theory]
    [InlineData(2, 0)]
    [InlineData(7, 3)]
    [InlineData(Rows, 17)]
    public void Renumbered_it_is_the_index_of_the_rows_that_stay(int each, int isDead)
    {
        var next = 0;
        int[] newRows = [.. Enumerable.Range(0, Rows).Select(row => row % each == isDead ? -1 : next++)];
        var renumbered = Int8.Renumbered(newRows);
        var kept = new ListIndex(Int8.Model);
        for (var row = 0; row < Rows; row++)
        {
            if (newRows[row] >= 0)
                kept.Append(Images.Vectors[row]);
        }

        kept.AppendedSince = 0;
        Assert.Equal(Bytes(kept), Bytes(renumbered));
        // And it goes on as such.
        kept.Append(Images.Vectors[0]);
        renumbered.Append(Images.Vectors[0]);
        Assert.Equal(Bytes(kept), Bytes(renumbered));
    }

    [Fact]
    public void Without_any_row_it_still_takes_rows()
    {
        var empty = Int8.Renumbered([.. Enumerable.Repeat(-1, Rows)]);
        Assert.Equal((0, 0f), (empty.Count, empty.Sizes.ToArray().Sum()));
        for (var row = 0; row < 100; row++)
            empty.Append(Images.Vectors[row]);
        Assert.Equal([5], Gallery.Finalists(empty, 100, Images.Vectors[5], topK: 1).Intersect([5]));
    }

    [Fact]
    public void It_knows_whether_rows_are_its_own()
    {
        var other = new VectorBlocks(48, HeapVectorMemory.Instance);
        for (var row = 0; row < Rows; row++)
            other.Append(Images.Vectors[Rows - 1 - row]);
        Assert.True(Int8.Holds(Images.Blocks(Rows).Rows));
        Assert.False(Int8.Holds(other.Rows));
    }

    [Fact]
    public void Bytes_in_memory_are_those_of_its_parts()
    {
        // 48 groups of 32 rows in 16 bytes and 4 for their numbers; 64 bytes of 8-bit codes; 2 for the list; half-empty blocks.
        const int rowBytes = (48 * 16 / 32) + 4 + 64 + 2;
        Assert.InRange(Int8.BytesInMemory - Int8.Model.BytesInMemory, Rows * rowBytes, Rows * rowBytes * 2);
        Assert.Equal(0, Int8.BytesMapped);
    }

    private static byte[] Bytes(ListIndex index)
    {
        using var stream = new MemoryStream();
        ListFile.Write(index, index.Count, stream);
        return stream.ToArray();
    }
}
