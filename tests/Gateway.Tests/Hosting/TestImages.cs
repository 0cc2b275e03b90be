using System.Buffers.Binary;

namespace ClipOrleans.Gateway.Tests.Hosting;

/// <summary>Small images of one colour, as BMP: the format is simple enough to be written by hand.</summary>
internal static class TestImages
{
    private const int Header = 54;

    public static byte[] Bmp(byte red, byte green, byte blue, int width = 8, int height = 8)
    {
        var stride = ((width * 3) + 3) / 4 * 4;
        var bytes = new byte[Header + (stride * height)];
        "BM"u8.CopyTo(bytes);
        Write(2, bytes.Length);
        Write(10, Header);
        Write(14, 40);
        Write(18, width);
        Write(22, height);
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(26), 1);
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(28), 24);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
                ((ReadOnlySpan<byte>)[blue, green, red]).CopyTo(bytes.AsSpan(Header + (y * stride) + (x * 3)));
        }

        return bytes;

        void Write(int at, int value) => BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), value);
    }

    public static string Base64(byte red, byte green, byte blue, int width = 8, int height = 8) => Convert.ToBase64String(Bmp(red, green, blue, width, height));
}
