using ClipOrleans.Vectors.Codes;

namespace ClipOrleans.Vectors.Tests.Codes;

// Danger: a code that is not the nearest, a slot that disturbs its neighbours, a table whose bytes say something else
// than its floats: candidates would be chosen by noise.
// Invariant: Encode picks the nearest value; Load gives what Store put; a sum of table bytes is the float score to half a
// step for each group.
// Method: random values, differences and weights, for groups of one, two and four axes and of none.
public sealed class GroupCodebooksTests
{
    private const int Stride = 64;
    private static readonly int[] Sizes = [1, 1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 0, 0, 0, 0, 0];

    [Fact]
    public void Each_code_is_the_first_of_the_nearest_values()
    {
        var random = new Random(1);
        var books = Books(random, 40);
        var codes = new byte[books.Groups];
        for (var round = 0; round < 500; round++)
        {
            var difference = Differences(random, 1, 60);
            books.Encode(difference, codes);
            var start = 0;
            for (var group = 0; group < books.Groups; group++)
            {
                var distances = Enumerable.Range(0, GroupCodebooks.Values)
                    .Select(value => Enumerable.Range(0, Sizes[group]).Sum(axis => Math.Pow(difference[start + axis] - Value(books, group, value, axis), 2))).ToArray();
                Assert.Equal(Array.IndexOf(distances, distances.Min()), codes[group]);
                start += Sizes[group];
            }
        }
    }

    [Fact]
    public void Every_slot_gives_back_what_was_stored_in_any_order()
    {
        var random = new Random(2);
        var block = new byte[Sizes.Length * LookupKernels.GroupBytes];
        random.NextBytes(block);
        var stored = new byte[LookupKernels.BlockRows][];
        var loaded = new byte[Sizes.Length];
        for (var write = 0; write < 400; write++)
        {
            // Every slot once, then over again in any order.
            var slot = write < LookupKernels.BlockRows ? LookupKernels.BlockRows - 1 - write : random.Next(LookupKernels.BlockRows);
            stored[slot] = [.. Enumerable.Range(0, Sizes.Length).Select(_ => (byte)random.Next(16))];
            GroupCodebooks.Store(stored[slot], slot, block);
            for (var other = 0; other < stored.Length; other++)
            {
                if (stored[other] is null)
                    continue;
                GroupCodebooks.Load(block, other, loaded);
                Assert.Equal(stored[other], loaded);
            }
        }
    }

    [Fact]
    public unsafe void Sums_of_table_entries_are_the_float_scores_to_half_a_step_a_group()
    {
        var random = new Random(3);
        var books = Books(random, 2_000);
        var scores = new float[books.BlockBytes];
        var table = new byte[books.BlockBytes];
        var block = new byte[books.BlockBytes];
        var codes = new byte[books.Groups];
        var sums = stackalloc ushort[LookupKernels.BlockRows];
        for (var round = 0; round < 100; round++)
        {
            float[] weights = [.. Enumerable.Range(0, Sizes.Sum()).Select(_ => round == 0 ? 0 : (random.NextSingle() - 0.5f) / 1000)];
            var (step, least) = books.Table(weights, scores, table);
            Assert.All(table, entry => Assert.InRange(entry, 0, LookupKernels.LargestEntry));
            var expected = new double[LookupKernels.BlockRows];
            for (var slot = 0; slot < expected.Length; slot++)
            {
                random.NextBytes(codes);
                for (var group = 0; group < codes.Length; group++)
                    codes[group] &= 15;
                GroupCodebooks.Store(codes, slot, block);
                expected[slot] = Score(books, weights, codes);
            }

            fixed (byte* codesAt = block, tableAt = table)
                LookupKernels.Scalar(codesAt, tableAt, books.Groups, 0, sums);
            for (var slot = 0; slot < expected.Length; slot++)
                Assert.InRange(least + ((double)step * sums[slot]), expected[slot] - (step * Sizes.Length / 2.0) - 1e-5, expected[slot] + (step * Sizes.Length / 2.0) + 1e-5);
        }
    }

    [Fact]
    public void Learnt_values_are_nearer_than_the_quantiles_they_start_from_and_the_same_for_any_threads()
    {
        var random = new Random(4);
        var sample = Differences(random, 2_000, 800);
        var one = GroupCodebooks.Train(Sizes, sample, Stride, new ParallelOptions { MaxDegreeOfParallelism = 1 });
        var three = GroupCodebooks.Train(Sizes, sample, Stride, new ParallelOptions { MaxDegreeOfParallelism = 3 });
        Assert.Equal(one.All.ToArray(), three.All.ToArray());
        // 16 levels over a uniform spread of one axis leave a mean squared error of (width / 16)² / 12.
        var codes = new byte[one.Groups];
        var squares = 0.0;
        for (var row = 0; row < 2_000; row++)
        {
            one.Encode(sample.AsSpan(row * Stride, Stride), codes);
            squares += Math.Pow(sample[row * Stride] - Value(one, 0, codes[0], 0), 2);
        }

        Assert.InRange(squares / 2_000, 0, Math.Pow(1600 / 16.0, 2) / 12 * 1.1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Fewer_rows_than_values_are_coded_without_loss(int rows)
    {
        var sample = Differences(new Random(5), rows, 500);
        var books = GroupCodebooks.Train(Sizes, sample, Stride, new ParallelOptions());
        var codes = new byte[books.Groups];
        books.Encode(sample.AsSpan(0, Stride), codes);
        Assert.Equal(sample[0], Value(books, 0, codes[0], 0));
    }

    private static double Score(GroupCodebooks books, float[] weights, byte[] codes)
    {
        var (score, start) = (0.0, 0);
        for (var group = 0; group < codes.Length; group++)
        {
            for (var axis = 0; axis < Sizes[group]; axis++)
                score += (double)weights[start + axis] * Value(books, group, codes[group], axis);
            start += Sizes[group];
        }

        return score;
    }

    private static short Value(GroupCodebooks books, int group, int value, int axis) =>
        books.All[(((group * GroupCodebooks.Values) + value) * AxisGroups.LargestGroup) + axis];

    private static GroupCodebooks Books(Random random, int limit)
    {
        var values = new short[GroupCodebooks.ValuesLength(Sizes.Length)];
        for (var i = 0; i < values.Length; i++)
        {
            var (group, axis) = (i / (GroupCodebooks.Values * AxisGroups.LargestGroup), i % AxisGroups.LargestGroup);
            values[i] = axis < Sizes[group] ? (short)random.Next(-limit, limit + 1) : (short)0;
        }

        return new GroupCodebooks(Sizes, values);
    }

    private static short[] Differences(Random random, int rows, int limit) => [.. Enumerable.Range(0, rows * Stride).Select(_ => (short)random.Next(-limit, limit + 1))];
}
