using ClipOrleans.Vectors.Recall;

namespace ClipOrleans.Vectors.Tests.Recall;

// Danger: a share that falls between two bands, or a band without a name.
public sealed class SelectivityBandTests
{
    [Theory]
    [InlineData(1, "all")]
    [InlineData(0.5, "all")]
    [InlineData(0.4999, "10-50%")]
    [InlineData(0.1, "10-50%")]
    [InlineData(0.0999, "1-10%")]
    [InlineData(0.01, "1-10%")]
    [InlineData(0.00999, "0.1-1%")]
    [InlineData(0.001, "0.1-1%")]
    [InlineData(0.000999, "0-0.1%")]
    [InlineData(0, "0-0.1%")]
    [InlineData(double.NaN, "0-0.1%")]
    public void A_share_has_one_band(double share, string name) => Assert.Equal(name, SelectivityBand.Names[SelectivityBand.Of(share)]);

    [Fact]
    public void Each_band_has_a_name() => Assert.Equal(SelectivityBand.Count, SelectivityBand.Names.Distinct().Count());
}
