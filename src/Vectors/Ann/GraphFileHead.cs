using System.Buffers.Binary;

namespace ClipOrleans.Vectors.Ann;

/// <summary>
/// The first page of a graph file. All numbers little endian:
/// <code>
///  0  8  "CLIPANN1"         32  4  rows               56  4  checksum of the encoder
///  8  4  format version     36  4  dimensions         60  4  checksum of the vertices
/// 12  4  bytes of a code    40  4  axes               64  8  length of the file
/// 16  4  degree             44  4  scale (float)      72  4  checksum of bytes 0 to 71
/// 20  4  degree after choice 48 8  first vertex       76  …  zero, up to 4096
/// 24  4  build effort
/// 28  4  slack (float)
/// </code>
/// Behind it: mean, axes (float32); from the first vertex on, a multiple of 4096, the vertices as they lie in memory.
/// </summary>
internal sealed record GraphFileHead
{
    public const int Bytes = 4096;
    public const int Version = 1;
    private const ulong Magic = 0x314E_4E41_5049_4C43; // "CLIPANN1"
    private const int CheckedBytes = 72;

    public required GraphSettings Settings { get; init; }

    public required int Rows { get; init; }

    public required int Dimensions { get; init; }

    public required int Axes { get; init; }

    public required float Scale { get; init; }

    public required long FirstVertex { get; init; }

    public required uint EncoderChecksum { get; init; }

    public required uint VerticesChecksum { get; init; }

    public required long Length { get; init; }

    public void Write(Span<byte> page)
    {
        page[..Bytes].Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(page, Magic);
        ReadOnlySpan<int> numbers =
        [
            Version, Settings.CodeBytes, Settings.Degree, Settings.DegreeAfterChoice, Settings.BuildEffort,
            BitConverter.SingleToInt32Bits(Settings.Slack), Rows, Dimensions, Axes, BitConverter.SingleToInt32Bits(Scale),
        ];
        for (var i = 0; i < numbers.Length; i++)
            BinaryPrimitives.WriteInt32LittleEndian(page[(8 + (i * sizeof(int)))..], numbers[i]);
        BinaryPrimitives.WriteInt64LittleEndian(page[48..], FirstVertex);
        BinaryPrimitives.WriteUInt32LittleEndian(page[56..], EncoderChecksum);
        BinaryPrimitives.WriteUInt32LittleEndian(page[60..], VerticesChecksum);
        BinaryPrimitives.WriteInt64LittleEndian(page[64..], Length);
        BinaryPrimitives.WriteUInt32LittleEndian(page[CheckedBytes..], Crc32C.Of(page[..CheckedBytes]));
    }

    /// <exception cref="InvalidDataException">Not a graph file, another version, or damaged.</exception>
    public static GraphFileHead Read(ReadOnlySpan<byte> file)
    {
        if (file.Length < Bytes || BinaryPrimitives.ReadUInt64LittleEndian(file) != Magic)
            throw new InvalidDataException("These bytes are no graph file.");
        if (BinaryPrimitives.ReadInt32LittleEndian(file[8..]) is var version && version != Version)
            throw new InvalidDataException($"The graph file has format version {version}, this program reads {Version}.");
        if (BinaryPrimitives.ReadUInt32LittleEndian(file[CheckedBytes..]) != Crc32C.Of(file[..CheckedBytes]))
            throw new InvalidDataException("The head of the graph file is damaged.");
        int Number(ReadOnlySpan<byte> page, int at) => BinaryPrimitives.ReadInt32LittleEndian(page[at..]);
        return new GraphFileHead
        {
            Settings = new GraphSettings
            {
                CodeBytes = Number(file, 12),
                Degree = Number(file, 16),
                DegreeAfterChoice = Number(file, 20),
                BuildEffort = Number(file, 24),
                Slack = BinaryPrimitives.ReadSingleLittleEndian(file[28..]),
            },
            Rows = Number(file, 32),
            Dimensions = Number(file, 36),
            Axes = Number(file, 40),
            Scale = BinaryPrimitives.ReadSingleLittleEndian(file[44..]),
            FirstVertex = BinaryPrimitives.ReadInt64LittleEndian(file[48..]),
            EncoderChecksum = BinaryPrimitives.ReadUInt32LittleEndian(file[56..]),
            VerticesChecksum = BinaryPrimitives.ReadUInt32LittleEndian(file[60..]),
            Length = BinaryPrimitives.ReadInt64LittleEndian(file[64..]),
        };
    }
}
