using System.Formats.Tar;

namespace ClipOrleans.Bench.Crops;

/// <summary>The photos of the two fashion sets, in order of their names: files of a folder, and members of an archive.</summary>
internal static class PhotoFiles
{
    /// <summary>Null when a set is not on this machine.</summary>
    public static List<byte[]>? TryRead(string folder)
    {
        var images = Path.Combine(folder, "fashion", "images");
        var archive = Path.Combine(folder, "fashion-small", "images.tar");
        if (!Directory.Exists(images) || !File.Exists(archive))
            return null;
        var photos = Directory.EnumerateFiles(images).Order(StringComparer.Ordinal).Select(File.ReadAllBytes).ToList();
        photos.AddRange(Members(archive));
        return photos;
    }

    private static IEnumerable<byte[]> Members(string archive)
    {
        using var reader = new TarReader(File.OpenRead(archive));
        while (reader.GetNextEntry() is { } entry)
        {
            if (entry.DataStream is not { } data)
                continue;
            var bytes = new byte[data.Length];
            data.ReadExactly(bytes);
            yield return bytes;
        }
    }
}
