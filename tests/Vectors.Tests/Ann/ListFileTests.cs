using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;
using ClipOrleans.Vectors.Ann;
using CsCheck;

namespace ClipOrleans.Vectors.Tests.Ann;

// Danger: a snapshot that opens although it is damaged, cut short or of another version; that a later write changes; or
// whose memory goes away under a search.
// Invariant: what opens answers as what was written; what is damaged is refused with a reason; the file stays as it was.
// Method: real files, mapped; every byte of the head and samples of all the rest flipped, every kind of length.
public sealed class ListFileTests : IDisposable
{
    private const int Rows = 5_000;
    private const int Later = 700;
    private const int Dimensions = 32;

    private static readonly Gallery Images = new(Dimensions, Rows + Later, queries: 20, seed: 30);
    private static readonly byte[] Int8 = Bytes(Images.Index(Rows, withComponents: true), Rows);
    private static readonly byte[] Binary = Bytes(Images.Index(Rows, withComponents: false), Rows);

    private readonly string _path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    public static TheoryData<bool> Kinds => [true, false];

    public void Dispose() => File.Delete(_path);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void I10_What_opens_answers_as_what_was_written(bool withComponents)
    {
        var written = Images.Index(Rows, withComponents);
        var opened = Opened(withComponents ? Int8 : Binary);
        opened.Verify(TestContext.Current.CancellationToken);
        AssertSame(written, opened.Index, Rows);
        Assert.Equal((written.Model.LearntFrom, written.AppendedSince), (opened.Index.Model.LearntFrom, opened.Index.AppendedSince));
        Assert.Equal(Bytes(written, Rows), Bytes(opened.Index, Rows));
        // Codes are in the mapping, and counted as that: 16 or 4 bytes and a number for each row, 8-bit codes of whole blocks.
        Assert.InRange(opened.Index.BytesMapped, withComponents ? (Rows * (16 + 4)) + (RowCodes.BlockRows * 64) : Rows * (4 + 4), written.BytesInMemory);
        Assert.InRange(opened.Index.BytesInMemory, 1, written.BytesInMemory - (opened.Index.BytesMapped / 2));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Rows_appended_after_opening_are_found_and_the_file_stays_as_it_was(bool withComponents)
    {
        var bytes = withComponents ? Int8 : Binary;
        var opened = Opened(bytes).Index;
        var written = Images.Index(Rows, withComponents);
        var blocks = Images.Blocks(Rows + Later);
        for (var row = Rows; row < Rows + 50; row++)
        {
            opened.Append(Images.Vectors[row]);
            written.Append(Images.Vectors[row]);
        }

        var work = new Work(2, null, TestContext.Current.CancellationToken);
        opened.AppendAll(blocks.Rows, Rows + Later, work);
        written.AppendAll(blocks.Rows, Rows + Later, work);
        AssertSame(written, opened, Rows + Later);
        Assert.Equal(bytes, File.ReadAllBytes(_path));

        // Written again, with and without what came; and without every third row.
        Assert.Equal(bytes, Bytes(opened, Rows));
        Assert.Equal(Bytes(written, Rows + Later), Bytes(opened, Rows + Later));
        var next = 0;
        int[] newRows = [.. Enumerable.Range(0, Rows + Later).Select(row => row % 3 == 0 ? -1 : next++)];
        AssertSame(written.Renumbered(newRows), opened.Renumbered(newRows), next);
    }

    [Fact]
    public void A_file_of_the_first_rows_is_that_of_an_index_of_these_rows()
    {
        // Blocks half full, whole and empty, at the cut and behind it.
        foreach (var rows in (int[])[1, 31, 32, 33, 4_095, 4_096, 4_097, Rows])
        {
            var index = Opened(Int8).Index;
            var some = new ListIndex(index.Model);
            some.AppendAll(Images.Blocks(rows).Rows, rows, new Work(1, null, TestContext.Current.CancellationToken));
            some.AppendedSince = 0;
            Assert.Equal(Bytes(some, rows), Bytes(index, rows));
            AssertSame(some, Opened(Bytes(some, rows)).Index, rows);
        }
    }

    [Fact]
    public async Task A_file_can_be_written_while_rows_are_appended()
    {
        var index = Images.Index(Rows, withComponents: true);
        var growing = Task.Run(() =>
        {
            for (var row = Rows; row < Rows + Later; row++)
                index.Append(Images.Vectors[row]);
        }, TestContext.Current.CancellationToken);
        var files = new List<byte[]>();
        do
            files.Add(Bytes(index, Rows));
        while (!growing.IsCompleted);
        await growing;
        files.Add(Bytes(index, Rows));
        Assert.All(files, file => Assert.Equal(Int8, file));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_flipped_byte_is_refused_at_opening_or_by_verification(bool withComponents)
    {
        var bytes = withComponents ? Int8 : Binary;
        var codes = new ListFileHeadPlaces(bytes).Codes;
        var places = Enumerable.Range(0, 400).Select(static i => i * 11)
            .Concat(Enumerable.Range(0, 1_500).Select(i => (int)((long)i * bytes.Length / 1_500)))
            .Concat([0, 1, 8, 11, 4_091, 4_092, 4_095, 4_096, codes - 1, codes, bytes.Length - 1]);
        using var mapped = new Mapped(_path, bytes);
        foreach (var at in places.Distinct())
        {
            mapped.Flip(at);
            if (at < codes)
                Assert.Throws<InvalidDataException>(() => mapped.Open());
            else
                Assert.Throws<InvalidDataException>(() => mapped.Open().Verify(TestContext.Current.CancellationToken));
            mapped.Flip(at);
        }

        mapped.Open().Verify(TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Codes_that_are_damaged_cost_hits_but_no_search_fails()
    {
        Gen.Select(Gen.Int[0, int.MaxValue], Gen.Int[1, 200]).Sample((seed, count) =>
        {
            var bytes = Int8.ToArray();
            var codes = new ListFileHeadPlaces(bytes).Codes;
            var random = new Random(seed);
            for (var i = 0; i < count; i++)
                random.NextBytes(bytes.AsSpan(random.Next(codes, bytes.Length - 64), 64));
            var index = Opened(bytes).Index;
            Assert.All(Gallery.Finalists(index, Rows, Images.Queries[0]), row => Assert.InRange(row, 0, Rows - 1));
            index.Append(Images.Vectors[Rows]);
        },
        iter: 10, threads: 1);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4_095)]
    [InlineData(4_096)]
    [InlineData(-1)]
    [InlineData(-64)]
    [InlineData(-4_096)]
    public void A_file_cut_short_is_refused(int length)
    {
        byte[] cut = [.. Int8.Take(length >= 0 ? length : Int8.Length + length)];
        Assert.Throws<InvalidDataException>(() => Opened(cut));
    }

    [Fact]
    public void A_file_with_something_behind_it_is_refused() => Assert.Throws<InvalidDataException>(() => Opened([.. Int8, 0]));

    [Fact]
    public void Another_version_other_dimensions_and_other_files_are_named()
    {
        var bytes = Int8.ToArray();
        bytes[8] = 9;
        Assert.Contains("version 9", Refusal(() => Opened(bytes)), StringComparison.Ordinal);
        Assert.Contains("32 dimensions, not of 64", Refusal(() => Opened(Int8, dimensions: 64)), StringComparison.Ordinal);
        Assert.Contains("no index file", Refusal(() => Opened(new byte[10_000])), StringComparison.Ordinal);
        static string Refusal(Action open) => Assert.Throws<InvalidDataException>(open).Message;
    }

    [Fact]
    public void A_head_that_contradicts_itself_is_refused_whatever_its_checksum_says()
    {
        // Each number of the head made impossible, and the checksum made good.
        foreach (var at in (int[])[12, 16, 20, 28, 32, 36, 52])
        {
            foreach (var wrong in (int[])[-1, 0, 3, int.MaxValue, int.MinValue])
            {
                var bytes = Int8.ToArray();
                BitConverter.TryWriteBytes(bytes.AsSpan(at), wrong);
                BitConverter.TryWriteBytes(bytes.AsSpan(ListFileHead.Bytes - 4), Crc32C.Of(bytes.AsSpan(0, ListFileHead.Bytes - 4)));
                if (!bytes.AsSpan().SequenceEqual(Int8) && !(at == 32 && wrong == 0))
                    Assert.Throws<InvalidDataException>(() => Opened(bytes));
            }
        }
    }

    [Fact]
    public void The_mapping_lives_as_long_as_anything_reads_it()
    {
        var lists = OpenedLists(out var reference);
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        // Only a list of the index is left: it alone holds the mapping.
        Assert.False(reference.IsAlive, "the index is still there, so this proves nothing");
        var grown = lists.Grown();
        Assert.Equal(lists.Count, grown.Count);
        Assert.True(Same(lists, grown));

        [MethodImpl(MethodImplOptions.NoInlining)]
        CodeList OpenedLists(out WeakReference reference)
        {
            var file = Opened(Int8);
            reference = new WeakReference(file);
            return file.Index.List(Enumerable.Range(0, file.Index.Model.Lists.Count).MaxBy(list => file.Index.List(list).Count));
        }

        static unsafe bool Same(CodeList list, CodeList copy)
        {
            var same = new ReadOnlySpan<int>(list.Rows, list.Count).SequenceEqual(new ReadOnlySpan<int>(copy.Rows, copy.Count));
            GC.KeepAlive(list);
            GC.KeepAlive(copy);
            return same;
        }
    }

    [Fact]
    public void The_mapping_goes_when_nobody_reads_it()
    {
        var handle = OpenAndForget();
        for (var i = 0; i < 20 && !handle.IsClosed; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        // The handle was disposed of by its owner already: what kept it open was the index.
        Assert.True(handle.IsClosed);
        Assert.Throws<ObjectDisposedException>(() => handle.ReadArray(0, new byte[1], 0, 1));

        [MethodImpl(MethodImplOptions.NoInlining)]
        Microsoft.Win32.SafeHandles.SafeMemoryMappedViewHandle OpenAndForget()
        {
            File.WriteAllBytes(_path, Int8);
            using var file = MemoryMappedFile.CreateFromFile(_path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
            using var view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
            var opened = ListFile.Open(view.SafeMemoryMappedViewHandle, Int8.Length, Dimensions);
            view.Dispose();
            Assert.InRange(Gallery.Finalists(opened.Index, Rows, Images.Queries[1]).Length, 10, Rows);
            return view.SafeMemoryMappedViewHandle;
        }
    }

    [Fact]
    public void The_checksum_is_the_one_of_the_standard() => Assert.Equal(0xE306_9283, Crc32C.Of("123456789"u8));

    [Fact]
    public void Rows_that_the_index_has_not_are_not_written()
    {
        var index = Opened(Int8).Index;
        Assert.Throws<ArgumentOutOfRangeException>(() => ListFile.Write(index, Rows + 1, Stream.Null));
        Assert.Throws<ArgumentOutOfRangeException>(() => ListFile.Write(index, 0, Stream.Null));
    }

    private static void AssertSame(ListIndex expected, ListIndex actual, int rows)
    {
        Assert.Equal((expected.Count, expected.AppendedSince), (actual.Count, actual.AppendedSince));
        Assert.Equal(expected.Sizes.ToArray(), actual.Sizes.ToArray());
        Assert.All(Images.Queries, query => Assert.Equal(Gallery.Finalists(expected, rows, query), Gallery.Finalists(actual, rows, query)));
    }

    private static byte[] Bytes(ListIndex index, int rows)
    {
        using var stream = new MemoryStream();
        ListFile.Write(index, rows, stream);
        return stream.ToArray();
    }

    private ListFile Opened(byte[] bytes, int dimensions = Dimensions)
    {
        File.Delete(_path); // an earlier one may still be mapped
        File.WriteAllBytes(_path, bytes.Length == 0 ? [0] : bytes);
        using var file = MemoryMappedFile.CreateFromFile(_path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        using var view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        return ListFile.Open(view.SafeMemoryMappedViewHandle, bytes.Length, dimensions);
    }

    /// <summary>Where the codes begin, which opening does not read.</summary>
    private readonly struct ListFileHeadPlaces(byte[] bytes)
    {
        public int Codes { get; } = (int)ListFileHead.Read(bytes).Start(ListFileHead.Section.ShortCodes);
    }

    /// <summary>A file that is damaged in place, so that thousands of openings need no thousands of files.</summary>
    private sealed class Mapped : IDisposable
    {
        private readonly MemoryMappedFile _file;
        private readonly MemoryMappedViewAccessor _view;
        private readonly int _length;

        public Mapped(string path, byte[] bytes)
        {
            File.WriteAllBytes(path, bytes);
            _length = bytes.Length;
            _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open);
            _view = _file.CreateViewAccessor();
        }

        public void Flip(int at) => _view.Write(at, (byte)(_view.ReadByte(at) ^ 0x10));

        public ListFile Open() => ListFile.Open(_view.SafeMemoryMappedViewHandle, _length, Dimensions);

        public void Dispose()
        {
            _view.Dispose();
            _file.Dispose();
        }
    }
}
