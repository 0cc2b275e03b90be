using ClipOrleans.Vectors.Ann;
using ClipOrleans.Vectors.Rows;

namespace ClipOrleans.Vectors.Tests.Kernels;

// Danger: a processor on which the same vectors are learnt into another index: replicas of a shard, or a shard that moved,
// would answer differently.
// Invariant: I10: the same rows and seed give the same bytes of the index on every width of instructions.
// Method: the checksum of a whole small index is written down here; the folder is run again with narrower instructions.
public sealed class IndexBitsTests
{
    private const int Dimensions = 32;
    private const int Rows = 1_500;

    /// <summary>It changes when what is learnt, or the format of the file, is changed on purpose: then write down the new one.</summary>
    [Theory]
    [InlineData(true, 2948936494)]
    [InlineData(false, 3494292889)]
    public void I10_Every_processor_learns_the_same_bytes(bool withComponents, uint checksum)
    {
        var blocks = new VectorBlocks(Dimensions, HeapVectorMemory.Instance);
        for (var row = 0; row < Rows; row++)
            blocks.Append(Sample.Direction(row, Dimensions));
        var work = new Work(1, null, TestContext.Current.CancellationToken);
        var index = new ListIndex(ListModel.Train(blocks.Rows, [.. Enumerable.Range(0, Rows)], Dimensions, withComponents, seed: 1, work));
        index.AppendAll(blocks.Rows, Rows, work);
        using var stream = new MemoryStream();
        ListFile.Write(index, Rows, stream);
        Assert.Equal(checksum, Crc32C.Of(stream.ToArray()));
    }
}
