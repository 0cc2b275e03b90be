namespace ClipOrleans.Clip.Images;

/// <summary>
/// EXIF's eight orientations. Everything is computed on the image as it is stored, and only the few pixels of the result are turned:
/// turning a whole photograph would need all of it in memory in two copies.
/// </summary>
internal readonly record struct Orientation(bool Transposed, bool FlippedX, bool FlippedY)
{
    /// <summary>The orientation with EXIF's number; anything but 2 to 8 is upright.</summary>
    public static Orientation FromExif(int number) => new(number is >= 5 and <= 8, number is 2 or 3 or 7 or 8, number is 3 or 4 or 6 or 7);

    /// <summary>An upright size as stored, or a stored one as upright.</summary>
    public (int Width, int Height) Swap(int width, int height) => Transposed ? (height, width) : (width, height);

    /// <summary>Turns <paramref name="stored"/> (RGB, <paramref name="width"/> × <paramref name="height"/>) upright.</summary>
    public byte[] Apply(byte[] stored, int width, int height)
    {
        if (this == default)
            return stored;
        var upright = new byte[stored.Length];
        var (columns, rows) = Swap(width, height);
        var at = 0;
        for (var y = 0; y < rows; y++)
        {
            for (var x = 0; x < columns; x++, at += 3)
            {
                var (sx, sy) = Transposed ? (y, x) : (x, y);
                if (FlippedX)
                    sx = width - 1 - sx;
                if (FlippedY)
                    sy = height - 1 - sy;
                var from = ((sy * width) + sx) * 3;
                upright[at] = stored[from];
                upright[at + 1] = stored[from + 1];
                upright[at + 2] = stored[from + 2];
            }
        }

        return upright;
    }
}
