using ClipOrleans.Vectors.Codes;

namespace ClipOrleans.Vectors.Tests.Codes;

// Danger: 8-bit codes that misjudge rows: the true best would not be among the finalists.
// Invariant: a coded component is off by half a step unless it is clipped; a score by what that adds up to; a dimension
// that never varied still tells rows apart when it does.
// Method: random vectors against double arithmetic, of sizes around a cache line; constant and outlying dimensions.
public sealed unsafe class ComponentCodesTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(512)]
    [InlineData(1_500)]
    public void Scores_of_codes_are_off_by_half_a_step_a_dimension_at_most(int dimensions)
    {
        var sample = Enumerable.Range(0, 400).SelectMany(i => Sample.Direction(i, dimensions)).ToArray();
        var codes = ComponentCodes.Train(sample, dimensions);
        Assert.Equal(0, codes.Bytes % CodeKernels.Granularity);
        Assert.InRange(codes.Bytes, dimensions, dimensions + CodeKernels.Granularity - 1);
        var code = new sbyte[codes.Bytes];
        var query = new short[codes.Bytes];
        var room = new float[dimensions];
        for (var i = 0; i < 100; i++)
        {
            var vector = sample.AsSpan(i * dimensions, dimensions);
            var about = Sample.Direction(900 + i, dimensions);
            code.AsSpan().Fill(77); // what was there before
            query.AsSpan().Fill(77);
            codes.Encode(vector, code);
            var unit = codes.EncodeQuery(about, room, query);
            Assert.All(code.Skip(dimensions), component => Assert.Equal(0, component));
            Assert.All(query.Skip(dimensions), component => Assert.Equal(0, component));
            double expected = 0, tolerance = 1e-5;
            for (var at = 0; at < dimensions; at++)
            {
                Assert.InRange(code[at], -sbyte.MaxValue, sbyte.MaxValue);
                var decoded = codes.Centres[at] + (codes.Steps[at] * (double)code[at]);
                if (Math.Abs((int)code[at]) < sbyte.MaxValue)
                    Assert.InRange(decoded, vector[at] - (codes.Steps[at] * 0.501), vector[at] + (codes.Steps[at] * 0.501));
                expected += about[at] * (double)codes.Steps[at] * code[at];
                tolerance += Math.Abs((double)code[at]) * unit / 2;
            }

            fixed (short* q = query)
            fixed (sbyte* c = code)
                Assert.InRange((double)CodeKernels.Dot(q, c, codes.Bytes) * unit, expected - tolerance, expected + tolerance);
        }
    }

    [Fact]
    public void A_dimension_that_never_varied_tells_rows_apart_when_it_does()
    {
        float[] constant = [0.6f, 0.8f];
        var codes = ComponentCodes.Train([.. Enumerable.Repeat(constant, 10).SelectMany(vector => vector)], 2);
        Assert.All(codes.Steps.ToArray(), step => Assert.True(step > 0));
        var (same, other) = (new sbyte[codes.Bytes], new sbyte[codes.Bytes]);
        codes.Encode(constant, same);
        codes.Encode([0.8f, 0.6f], other);
        Assert.Equal([0, 0], same.Take(2));
        Assert.Equal([sbyte.MaxValue, -sbyte.MaxValue], other.Take(2));
    }

    [Fact]
    public void Query_components_use_the_whole_of_their_range_and_no_more()
    {
        foreach (var dimensions in (int[])[1, 64, 512, 4_096])
        {
            var codes = ComponentCodes.Train([.. Enumerable.Range(0, 20).SelectMany(i => Sample.Direction(i, dimensions))], dimensions);
            var query = new short[codes.Bytes];
            codes.EncodeQuery(Sample.Direction(99, dimensions), new float[dimensions], query);
            var limit = ComponentCodes.QueryLimitOf(codes.Bytes);
            Assert.Equal(limit, query.Max(component => Math.Abs((int)component)), 1.0);
            Assert.InRange((long)limit * sbyte.MaxValue * codes.Bytes, 1, int.MaxValue);
        }
    }
}
