using System.IO.MemoryMappedFiles;
using ClipOrleans.Vectors.Ann;

namespace ClipOrleans.Vectors.Tests.Ann;

// Danger: a snapshot that opens although it is damaged, cut short or of another version, or that a later write changes.
// Invariant: what opens answers as what was written; what is damaged is refused with a reason; the file stays as it was.
// Method: real files, mapped; each byte of the head flipped, samples of the rest, every length around the parts.
public sealed class GraphFileTests : IDisposable
{
    private const int Rows = 600;
    private readonly string _path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
    private readonly Gallery _gallery = new(30);
    private readonly GraphIndex _index;

    public GraphFileTests()
    {
        _index = Gallery.Index(_gallery.Draw(Rows));
        using var stream = File.Create(_path);
        GraphFile.Write(_index, stream);
    }

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void I10_What_opens_answers_as_what_was_written()
    {
        var opened = Open(verify: true);
        Assert.Equal(_index.Settings, opened.Settings);
        Assert.Equal(_index.BytesInMemory / 1000, opened.BytesInMemory / 1000, tolerance: 200);
        Assert.All(_gallery.QueryVectors, query => Assert.Equal(Gallery.Search(_index.View, query, 50), Gallery.Search(opened.View, query, 50)));
    }

    [Fact]
    public void Rows_added_after_opening_are_found_and_the_file_stays_as_it_was()
    {
        var before = File.ReadAllBytes(_path);
        var opened = Open(verify: false);
        opened.AddAll(_gallery.Draw(300), threads: 1);
        opened.Publish();
        Assert.InRange(_gallery.Recall(_gallery.Vectors, _ => true, query => Gallery.Search(opened.View, query, 100)), 0.97, 1);
        Assert.Equal(before, File.ReadAllBytes(_path));
    }

    [Fact]
    public void Vertices_in_full_blocks_stay_in_the_mapping_and_can_be_changed_there()
    {
        // More than a block of rows, with codes small enough to make them quickly.
        const int rows = (1 << VertexStore.BlockShift) + 100;
        var vectors = Enumerable.Range(0, rows).SelectMany(i => Sample.Direction(i, 8)).ToArray();
        var settings = new GraphSettings { CodeBytes = 64, Degree = 8, DegreeAfterChoice = 6, BuildEffort = 8 };
        var index = new GraphIndex(settings, ClipOrleans.Vectors.Codes.VectorEncoder.Train(vectors.AsSpan(0, 800), 8, new(64), seed: 1));
        index.AddAll(vectors, threads: 2);
        index.Publish();
        using (var stream = File.Create(_path))
            GraphFile.Write(index, stream);
        var before = File.ReadAllBytes(_path);

        var opened = Open(verify: true);
        var query = Sample.Direction(-1, 8);
        Assert.Equal(Gallery.Search(index.View, query, 20), Gallery.Search(opened.View, query, 20));
        using var live = Gallery.Set(rows, row => row % 2 == 0);
        Assert.Equal(index.Repair(live, rows), opened.Repair(live, rows));
        Assert.Equal(Gallery.Search(index.View, query, 20), Gallery.Search(opened.View, query, 20));
        Assert.Equal(before, File.ReadAllBytes(_path));
    }

    [Fact]
    public void Every_damaged_byte_of_the_head_is_noticed()
    {
        var bytes = File.ReadAllBytes(_path);
        for (var at = 0; at < 76; at++)
            Assert.Throws<InvalidDataException>(() => OpenDamaged(bytes, at, verify: false));
    }

    [Fact]
    public void Damage_of_the_encoder_is_always_noticed_and_of_the_vertices_when_asked()
    {
        var bytes = File.ReadAllBytes(_path);
        Assert.Throws<InvalidDataException>(() => OpenDamaged(bytes, GraphFileHead.Bytes + 5, verify: false));
        foreach (var at in Enumerable.Range(1, 40).Select(i => bytes.Length - (i * 997)))
            Assert.Throws<InvalidDataException>(() => OpenDamaged(bytes, at, verify: true));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(4095)]
    [InlineData(4096)]
    [InlineData(-1)]
    [InlineData(-192)]
    public void A_file_cut_short_is_refused(int length)
    {
        var bytes = File.ReadAllBytes(_path);
        File.WriteAllBytes(_path, [.. bytes.Take(length > 0 ? length : bytes.Length + length - 1)]);
        Assert.Throws<InvalidDataException>(() => Open(verify: false));
    }

    [Fact]
    public void Another_format_version_is_named()
    {
        var bytes = File.ReadAllBytes(_path);
        bytes[8] = 9;
        File.WriteAllBytes(_path, bytes);
        Assert.Contains("version 9", Assert.Throws<InvalidDataException>(() => Open(verify: false)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_checksum_is_the_one_of_the_standard() => Assert.Equal(0xE306_9283, Crc32C.Of("123456789"u8));

    private GraphIndex OpenDamaged(byte[] bytes, int at, bool verify)
    {
        var damaged = bytes.ToArray();
        damaged[at] ^= 0x10;
        File.WriteAllBytes(_path, damaged);
        return Open(verify);
    }

    private GraphIndex Open(bool verify)
    {
        var length = new FileInfo(_path).Length;
        using var file = MemoryMappedFile.CreateFromFile(_path, FileMode.Open, null, 0, MemoryMappedFileAccess.CopyOnWrite);
        var view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.CopyOnWrite);
        return GraphFile.Open(view.SafeMemoryMappedViewHandle, length, verify);
    }
}
