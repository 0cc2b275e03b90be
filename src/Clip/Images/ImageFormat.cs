namespace ClipOrleans.Clip.Images;

/// <summary>The image formats that are told apart by their first bytes. Only what is known here is ever handed to a decoder.</summary>
public enum ImageFormat
{
    Unknown = 0,
    Jpeg = 1,
    Png = 2,
    WebP = 3,
    Gif = 4,
    Bmp = 5,
    Tiff = 6,
    Avif = 7,
}
