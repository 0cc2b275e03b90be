using System.Buffers.Binary;
using ClipOrleans.Clip.Images;

namespace ClipOrleans.Bench.Crops;

/// <summary>
/// Random parts of one photo, made ready for the model: between a third of its sides and all of them, half of them mirrored.
/// A part goes through the pipeline as a picture of its own (BMP: nothing is lost), so that the model's own rule sizes it.
/// </summary>
internal sealed class PhotoCropper
{
    private const double LeastShare = 0.33;
    private const int HeaderBytes = 54;

    private readonly ImagePipeline _pipeline;
    private readonly ImageInputSpec _model;
    private readonly ReadOnlyMemory<byte> _pixels;
    private readonly int _width;
    private readonly int _height;

    public PhotoCropper(ImagePipeline pipeline, ImageInputSpec model, byte[] photo)
    {
        (_pipeline, _model) = (pipeline, model);
        var whole = Prepared(photo, model);
        (_width, _height) = (whole.Width, whole.Height);
        _pixels = Prepared(photo, new ImageInputSpec(_width, _height, ResizeRule.Exact, 0, ResampleFilter.Box)).Pixels;
    }

    /// <summary>Pixels as the model takes them.</summary>
    public ReadOnlyMemory<byte> Next(Random random)
    {
        var share = LeastShare + ((1 - LeastShare) * random.NextDouble());
        var (width, height) = (Math.Max(1, (int)(_width * share)), Math.Max(1, (int)(_height * share)));
        var (left, top) = (random.Next(_width - width + 1), random.Next(_height - height + 1));
        return Prepared(Bitmap(left, top, width, height, mirrored: random.Next(2) == 0), _model).Pixels;
    }

    private PreparedImage Prepared(byte[] bytes, ImageInputSpec spec)
    {
        var outcome = _pipeline.Prepare(bytes, spec, ThumbnailMode.None);
        return outcome.Succeeded ? outcome.Image : throw new InvalidDataException($"A photo of the data set was refused: {outcome.Error}");
    }

    /// <summary>A 24-bit BMP with its first row on top.</summary>
    private byte[] Bitmap(int left, int top, int width, int height, bool mirrored)
    {
        var stride = (((width * 3) + 3) / 4) * 4;
        var bytes = new byte[HeaderBytes + (stride * height)];
        bytes[0] = (byte)'B';
        bytes[1] = (byte)'M';
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(2), bytes.Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(10), HeaderBytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(14), 40);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(18), width);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(22), -height);
        bytes[26] = 1;
        bytes[28] = 24;
        var source = _pixels.Span;
        for (var y = 0; y < height; y++)
        {
            var row = bytes.AsSpan(HeaderBytes + (y * stride), width * 3);
            for (var x = 0; x < width; x++)
            {
                var pixel = source.Slice((((top + y) * _width) + left + (mirrored ? width - 1 - x : x)) * 3, 3);
                (row[x * 3], row[(x * 3) + 1], row[(x * 3) + 2]) = (pixel[2], pixel[1], pixel[0]);
            }
        }

        return bytes;
    }
}
