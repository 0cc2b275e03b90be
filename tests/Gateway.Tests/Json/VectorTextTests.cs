using System.Globalization;
using System.Text;
using ClipOrleans.Gateway.Json;

namespace ClipOrleans.Gateway.Tests.Json;

/// <summary>A vector that is stored must be the one that was sent, and what is no vector must be told by its place rather than read as something.</summary>
public sealed class VectorTextTests
{
    [Fact]
    public void Every_number_becomes_the_float_nearest_to_what_is_written()
    {
        var random = new Random(1);
        string[] texts =
        [
            "0", "-0", "1", "-1", "1e-45", "1.4e-45", "7e-46", "1.17549435e-38", "3.4028235e38", "3.40282356e38", "-3.4028235E+38", "16777217", "16777219",
            "9007199254740993", "0.1", "1.00000017881393432617187499", "1.00000017881393432617187500", "1.00000017881393432617187501", "123456789012345678901234567890e-30",
            .. Enumerable.Range(0, 20_000).Select(_ => BitConverter.Int32BitsToSingle(random.Next())).Where(float.IsFinite).Select(value => value.ToString("R", CultureInfo.InvariantCulture)),
            .. Enumerable.Range(0, 20_000).Select(_ => (random.NextDouble() - 0.5).ToString("R", CultureInfo.InvariantCulture)),
            .. Enumerable.Range(0, 20_000).Select(_ => string.Create(CultureInfo.InvariantCulture, $"{random.NextInt64()}.{random.NextInt64()}e{random.Next(-60, 19)}")),
        ];
        var vector = new float[texts.Length];

        var read = VectorText.Read(Encoding.UTF8.GetBytes($"[{string.Join(',', texts)}]"), vector);

        Assert.Equal(texts.Length, read);
        Assert.All(texts.Zip(vector), pair =>
            Assert.Equal(BitConverter.SingleToInt32Bits(float.Parse(pair.First, CultureInfo.InvariantCulture)), BitConverter.SingleToInt32Bits(pair.Second)));
    }

    [Theory]
    [InlineData("[1,2,3]", 3)]
    [InlineData(" [ \t1 ,\r\n2, 3 ]", 3)]
    [InlineData("[1,\"2\",3]", 1)]
    [InlineData("[1,null,3]", 1)]
    [InlineData("[true,2,3]", 0)]
    [InlineData("[1,2,[3]]", 2)]
    [InlineData("[1,{\"a\":1},3]", 1)]
    [InlineData("[1,2,1e39]", 2)]
    [InlineData("[-1e39,2,3]", 0)]
    public void What_is_no_finite_float_is_told_by_its_place(string text, int expected) =>
        Assert.Equal(expected, VectorText.Read(Encoding.UTF8.GetBytes(text.TrimStart()), new float[3]));
}
