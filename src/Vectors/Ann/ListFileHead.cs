using System.Buffers.Binary;
using ClipOrleans.Vectors.Codes;

namespace ClipOrleans.Vectors.Ann;

/// <summary>
/// The first page of an index file, from which the places of all sections follow. All numbers little endian:
/// <code>
///  0  8  "CLIPLIST"        28  4  groups of a short code     52  4  blocks of short codes
///  8  4  format version    32  4  bytes of an 8-bit code     56  …  checksum of each section, 4 bytes
/// 12  4  dimensions        36  4  rows                        …  …  zero
/// 16  4  axes              40  4  rows appended since learnt  4092  4  checksum of bytes 0 to 4091
/// 20  4  lists             44  4  live rows learnt from
/// 24  4  scale (float)     48  4  zero
/// </code>
/// Sections follow in the order of <see cref="Section"/>, each at a multiple of 64 bytes and the last at one of 4096. A
/// section's checksum covers the zeros up to the next one, so that every byte of the file is covered by one.
/// </summary>
internal sealed record ListFileHead
{
    public const int Bytes = 4096;
    public const int Version = 1;
    public const int Sections = 6;

    private const ulong Magic = 0x5453_494C_5049_4C43; // "CLIPLIST"
    private const int FirstChecksum = 56;
    private const int CheckedBytes = Bytes - sizeof(uint);
    private const int Alignment = 64;
    private const int Page = 4096;
    private const int MostDimensions = 65_536;
    private const int MostGroups = 512;

    /// <summary>In the order of the file.</summary>
    public enum Section
    {
        /// <summary>
        /// Float32: mean, axes, variances along the axes, spreads of the lists, centres and steps of the 8-bit codes.
        /// Then 32 bits for the axes of each group. Then 16 bits: centroids of the lists, values of the groups.
        /// </summary>
        Model = 0,

        /// <summary>Rows of each list, 32 bits.</summary>
        Directory = 1,

        /// <summary>The list of each row, 16 bits.</summary>
        ListOfRow = 2,

        /// <summary>The rows of each list, rising, 32 bits; list after list.</summary>
        RowNumbers = 3,

        /// <summary>The blocks of each list, as <see cref="LookupKernels"/> reads them; list after list.</summary>
        ShortCodes = 4,

        /// <summary>The 8-bit codes, row after row.</summary>
        RowCodes = 5,
    }

    public required int Dimensions { get; init; }

    public required int Axes { get; init; }

    public required int Lists { get; init; }

    public required float Scale { get; init; }

    public required int Groups { get; init; }

    /// <summary>0 when there are no 8-bit codes.</summary>
    public required int RowCodeBytes { get; init; }

    public required int Rows { get; init; }

    public required int AppendedSince { get; init; }

    public required int LearntFrom { get; init; }

    /// <summary>Of all lists together.</summary>
    public required int Blocks { get; init; }

    public uint[] Checksums { get; init; } = new uint[Sections];

    public int Stride => (Axes + Projection.Granularity - 1) / Projection.Granularity * Projection.Granularity;

    public long Length => Start(Section.RowCodes) + Size(Section.RowCodes);

    /// <summary>Bytes of a section.</summary>
    public long Size(Section section) => section switch
    {
        Section.Model => (sizeof(float) * (Dimensions + ((long)Dimensions * Axes) + Axes + Lists + (RowCodeBytes > 0 ? 2L * Dimensions : 0)))
            + ((long)sizeof(int) * Groups) + (sizeof(short) * (((long)Lists * Stride) + GroupCodebooks.ValuesLength(Groups))),
        Section.Directory => (long)sizeof(int) * Lists,
        Section.ListOfRow => (long)sizeof(ushort) * Rows,
        Section.RowNumbers => (long)sizeof(int) * Rows,
        Section.ShortCodes => (long)Blocks * Groups * LookupKernels.GroupBytes,
        Section.RowCodes => (long)Rows * RowCodeBytes,
        _ => throw new ArgumentOutOfRangeException(nameof(section), section, "There is no such section."),
    };

    public long Start(Section section)
    {
        var at = (long)Bytes;
        for (var before = Section.Model; before < section; before++)
            at = Aligned(at + Size(before), Alignment);
        return section is Section.RowCodes ? Aligned(at, Page) : at;
    }

    /// <summary>Bytes from a section's start to the next one's.</summary>
    public long Extent(Section section) => (section is Section.RowCodes ? Length : Start(section + 1)) - Start(section);

    public void Write(Span<byte> page)
    {
        page[..Bytes].Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(page, Magic);
        ReadOnlySpan<int> numbers =
        [
            Version, Dimensions, Axes, Lists, BitConverter.SingleToInt32Bits(Scale), Groups, RowCodeBytes, Rows, AppendedSince, LearntFrom, 0, Blocks,
        ];
        for (var i = 0; i < numbers.Length; i++)
            BinaryPrimitives.WriteInt32LittleEndian(page[(8 + (i * sizeof(int)))..], numbers[i]);
        for (var i = 0; i < Sections; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(page[(FirstChecksum + (i * sizeof(uint)))..], Checksums[i]);
        BinaryPrimitives.WriteUInt32LittleEndian(page[CheckedBytes..], Crc32C.Of(page[..CheckedBytes]));
    }

    /// <exception cref="InvalidDataException">Not an index file, another version, or damaged.</exception>
    public static ListFileHead Read(ReadOnlySpan<byte> file)
    {
        if (file.Length < Bytes || BinaryPrimitives.ReadUInt64LittleEndian(file) != Magic)
            throw new InvalidDataException("These bytes are no index file.");
        if (Number(file, 8) is var version && version != Version)
            throw new InvalidDataException($"The index file has format version {version}, this program reads {Version}.");
        if (BinaryPrimitives.ReadUInt32LittleEndian(file[CheckedBytes..]) != Crc32C.Of(file[..CheckedBytes]))
            throw new InvalidDataException("The head of the index file is damaged.");
        var checksums = new uint[Sections];
        for (var i = 0; i < Sections; i++)
            checksums[i] = BinaryPrimitives.ReadUInt32LittleEndian(file[(FirstChecksum + (i * sizeof(uint)))..]);
        var head = new ListFileHead
        {
            Dimensions = Number(file, 12),
            Axes = Number(file, 16),
            Lists = Number(file, 20),
            Scale = BinaryPrimitives.ReadSingleLittleEndian(file[24..]),
            Groups = Number(file, 28),
            RowCodeBytes = Number(file, 32),
            Rows = Number(file, 36),
            AppendedSince = Number(file, 40),
            LearntFrom = Number(file, 44),
            Blocks = Number(file, 52),
            Checksums = checksums,
        };
        if (!head.IsPossible())
            throw new InvalidDataException($"The head of the index file contradicts itself: {head}.");
        return head;

        static int Number(ReadOnlySpan<byte> page, int at) => BinaryPrimitives.ReadInt32LittleEndian(page[at..]);
    }

    private static long Aligned(long at, int to) => (at + to - 1) / to * to;

    private bool IsPossible() =>
        Dimensions is >= 1 and <= MostDimensions && Axes >= 1 && Axes <= Dimensions && Lists is >= 1 and <= ushort.MaxValue
        && Groups is >= AxisGroups.Granularity and <= MostGroups && Groups % AxisGroups.Granularity == 0
        && (RowCodeBytes == 0 || RowCodeBytes == ComponentCodes.BytesOf(Dimensions))
        && float.IsFinite(Scale) && Scale > 0 && Rows >= 0 && AppendedSince >= 0 && LearntFrom >= 1
        && Blocks >= 0 && Blocks <= (long)Rows && (long)Blocks * LookupKernels.BlockRows >= Rows;
}
