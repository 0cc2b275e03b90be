using ClipOrleans.Clip.Images;
using ClipOrleans.Tests.Corpora;

namespace ClipOrleans.Clip.Tests.Images;

/// <summary>
/// Danger: a decoder is chosen by what the sender says, or a refusal doesn't tell what would be right.
/// Invariant: the format is that of the first bytes; what is not accepted is named.
/// Method: the corpus' files of other kinds, with the words their refusals must contain.
/// </summary>
public sealed class FormatSnifferTests
{
    [Theory]
    [InlineData("zero bytes", ImageFault.Empty, "no bytes")]
    [InlineData("a thousand zeros", ImageFault.UnknownFormat, "no known image format")]
    [InlineData("html", ImageFault.UnknownFormat, "HTML page")]
    [InlineData("html without doctype", ImageFault.UnknownFormat, "HTML page")]
    [InlineData("pdf", ImageFault.UnknownFormat, "PDF")]
    [InlineData("json", ImageFault.UnknownFormat, "JPEG, PNG")]
    [InlineData("svg", ImageFault.FormatNotAllowed, "SVG")]
    [InlineData("svg with a declaration", ImageFault.FormatNotAllowed, "SVG")]
    [InlineData("svg after a byte order mark", ImageFault.FormatNotAllowed, "SVG")]
    [InlineData("heic", ImageFault.FormatNotAllowed, "HEIC")]
    [InlineData("jpeg xl", ImageFault.FormatNotAllowed, "JPEG XL")]
    [InlineData("jpeg 2000", ImageFault.FormatNotAllowed, "JPEG 2000")]
    [InlineData("photoshop", ImageFault.FormatNotAllowed, "Photoshop")]
    [InlineData("bmp, run-length compressed", ImageFault.FormatNotAllowed, "PNG")]
    [InlineData("png without pixels", ImageFault.Undecodable, "Png")]
    [InlineData("more bytes than any limit", ImageFault.TooManyBytes, "20971520")]
    public void ARefusal_NamesTheReason(string name, ImageFault fault, string words)
    {
        var hostile = HostileImages.All.Concat(HostileImages.Valid).First(h => h.Name == name);
        var error = ImageDecoder.Decode(hostile.Bytes, new ImageLimits(), _ => 1, out _);
        Assert.Equal(fault, error?.Fault);
        Assert.Contains(words, error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryValidFormat_IsTold()
    {
        foreach (var good in HostileImages.Valid)
        {
            Assert.Null(FormatSniffer.Sniff(good.Bytes, out var format));
            Assert.Equal(good.ContentType, ImageFormats.ContentType(format));
        }
    }
}
