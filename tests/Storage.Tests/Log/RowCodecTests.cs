using ClipOrleans.Storage.Log;
using CsCheck;

namespace ClipOrleans.Storage.Tests.Log;

// Danger: a part of a row read as another part; bytes that make the reader run past its record.
// Invariant: what is written is read; anything else is a FormatException.
// Method: random rows there and back, random bytes, random changes of right ones.
public sealed class RowCodecTests
{
    private static readonly Gen<byte[]> Part = Gen.Byte.Array[0, 40];

    /// <summary>Years 1 to 9999.</summary>
    private static readonly Gen<long> Time = Gen.Long[RowTime.Of(DateTimeOffset.MinValue), RowTime.Of(DateTimeOffset.MaxValue)];

    private static readonly Gen<RowView> Row = Gen.Select(
        Gen.Select(Gen.Byte.Array[1, 40], Part, Part, Part),
        Gen.Select(Part.Null(), Part.Null(), Part),
        Gen.Select(Gen.Int[0, 20], Gen.Int[0, 5], Gen.Int[1, 1 << 20], Time, Time),
        (names, texts, numbers) => new RowView
        {
            Kind = OperationKind.Put,
            Offset = 0,
            Length = 0,
            IdBytes = names.Item1,
            Model = names.Item2,
            ModelRevision = names.Item3,
            ImageContentType = names.Item4,
            ImageUrl = Optional(texts.Item1),
            Text = Optional(texts.Item2),
            Metadata = texts.Item3,
            Vector = new byte[numbers.Item1 * 4],
            Chunks = new byte[numbers.Item2 * 8],
            ImageBytes = numbers.Item2 == 0 ? 0 : numbers.Item3,
            CreatedAt = numbers.Item4,
            UpdatedAt = numbers.Item5,
        });

    [Fact]
    public void What_was_written_is_read() => Row.Sample(row =>
    {
        var record = Encode(row, offset: RecordHeader.Bytes + 5);
        var read = RowCodec.Read(record, RecordHeader.Bytes + 5);
        Assert.Equal(Text(row), Text(read));
        Assert.Equal(record.Length, read.Offset + read.Length);
    });

    [Fact]
    public void Other_bytes_are_a_format_error_and_nothing_else() =>
        Gen.Select(Row, Gen.Select(Gen.Int[0, 300], Gen.Byte).Array[1, 6], Gen.Int[0, 300]).Sample((row, changes, cut) =>
        {
            var record = Encode(row, RecordHeader.Bytes);
            foreach (var (at, value) in changes)
                record[at % record.Length] = value;
            try
            {
                var read = RowCodec.Read(record.AsMemory(0, Math.Min(record.Length, cut + 40)), RecordHeader.Bytes);
                Assert.InRange(read.Length, 1, record.Length);
            }
            catch (FormatException)
            {
                // What damage must end in.
            }
        });

    [Theory]
    [InlineData(0, 0, -1, 0)]
    [InlineData(0, 0, int.MaxValue, 1)]
    [InlineData(0, 0, 1, 0)]
    [InlineData(0, 0, 0, 1)]
    [InlineData(long.MaxValue, 0, 0, 0)]
    [InlineData(0, long.MinValue, 0, 0)]
    public void Numbers_that_no_row_has_are_a_format_error(long created, long updated, int imageBytes, int chunks)
    {
        var row = new RowView
        {
            Kind = OperationKind.Put,
            Offset = 0,
            Length = 0,
            IdBytes = "a"u8.ToArray(),
            CreatedAt = created,
            UpdatedAt = updated,
            ImageBytes = imageBytes,
            Chunks = new byte[chunks * 8],
        };
        Assert.Throws<FormatException>(() => RowCodec.Read(Encode(row, RecordHeader.Bytes), RecordHeader.Bytes));
    }

    [Fact]
    public void A_locator_holds_address_and_offset() =>
        Gen.Select(Gen.Long[0, long.MaxValue >> 16], Gen.Int[0, Locator.MaxOffset])
            .Sample((address, offset) => Assert.Equal(new Locator(address, offset), Locator.Unpack(new Locator(address, offset).Pack())));

    private static byte[] Encode(in RowView row, int offset)
    {
        var record = new byte[offset + RowCodec.Size(row)];
        RowCodec.Write(record.AsSpan(offset), row);
        return record;
    }

    private static ReadOnlyMemory<byte>? Optional(byte[]? bytes) => bytes is null ? default(ReadOnlyMemory<byte>?) : bytes;

    private static string Text(in RowView row) => string.Join('|', row.Kind, Hex(row.IdBytes), Hex(row.Model), Hex(row.ModelRevision), Hex(row.ImageContentType),
        row.ImageUrl is { } url ? Hex(url) : "none", row.Text is { } text ? Hex(text) : "none", Hex(row.Metadata), Hex(row.Vector), Hex(row.Chunks), row.ImageBytes, row.CreatedAt, row.UpdatedAt);

    private static string Hex(ReadOnlyMemory<byte> bytes) => Convert.ToHexString(bytes.Span);
}
