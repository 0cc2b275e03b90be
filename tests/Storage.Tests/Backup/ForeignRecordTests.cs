using System.Buffers.Binary;
using ClipOrleans.Storage.Backup;
using ClipOrleans.Storage.Fencing;
using ClipOrleans.Storage.Log;
using ClipOrleans.Storage.Tests.Documents;

namespace ClipOrleans.Storage.Tests.Backup;

// Danger: an archive with right checksums brings rows that no write would have been taken for: metadata that is no JSON ends
// every patch, a type of an image becomes a header, a vector that is not of length 1 keeps the shard from opening.
// Invariant: I9; such a row is refused before there is a shard.
// Method: one right row, one fault at a time.
public sealed class ForeignRecordTests
{
    private const long Address = 4_096;

    private static readonly RowView Row = new()
    {
        Kind = OperationKind.Put,
        Offset = 32,
        Length = 0,
        IdBytes = "a"u8.ToArray(),
        Model = "clip-mini"u8.ToArray(),
        Metadata = """{"colour":"red"}"""u8.ToArray(),
        Vector = Samples.Vector(1),
        ImageBytes = 10,
        ImageContentType = "image/webp"u8.ToArray(),
        Chunks = Chunk(Address - 64),
    };

    public static TheoryData<string> Faults() =>
    [
        "id", "long id", "vector of another length", "vector of other dimensions", "vector that is no number", "text", "type", "type with a line break", "no type",
        "piece behind", "piece nowhere", "metadata that is no JSON", "metadata that is no object", "metadata with a name twice", "too much metadata",
    ];

    [Fact]
    public void A_row_that_a_write_makes_is_taken()
    {
        ForeignRecord.Check(Row, Address, Samples.Descriptor);
        ForeignRecord.Check(Row with { ImageBytes = 0, ImageContentType = default, Chunks = default }, Address, Samples.Descriptor);
        ForeignRecord.Check(Row with { Kind = OperationKind.Delete }, Address, Samples.Descriptor);
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_row_that_no_write_makes_is_refused(string fault)
    {
        var row = fault switch
        {
            "id" => Row with { IdBytes = new byte[] { 0xff } },
            "long id" => Row with { IdBytes = new byte[257] },
            "vector of another length" => Row with { Vector = new byte[4 * Samples.Dimensions] },
            "vector of other dimensions" => Row with { Vector = Samples.Vector(1, Samples.Dimensions - 1) },
            "vector that is no number" => Row with { Vector = Enumerable.Repeat((byte)0xff, 4 * Samples.Dimensions).ToArray() },
            "text" => Row with { Text = new byte[] { 0xc0, 0xaf } },
            "type" => Row with { ImageContentType = "text/html"u8.ToArray() },
            "type with a line break" => Row with { ImageContentType = "image/webp\r\nx: y"u8.ToArray() },
            "no type" => Row with { ImageContentType = default },
            "piece behind" => Row with { Chunks = Chunk(Address) },
            "piece nowhere" => Row with { Chunks = Chunk(-1) },
            "metadata that is no JSON" => Row with { Metadata = """{"colour":"""u8.ToArray() },
            "metadata that is no object" => Row with { Metadata = "[]"u8.ToArray() },
            "metadata with a name twice" => Row with { Metadata = """{"a":1,"a":2}"""u8.ToArray() },
            _ => Row with { Metadata = (byte[])[.. "{\"a\":\""u8, .. Enumerable.Repeat((byte)'x', 65 * 1024), .. "\"}"u8] },
        };
        Assert.Throws<FormatException>(() => ForeignRecord.Check(row, Address, Samples.Descriptor));
    }

    [Fact]
    public void A_manifest_of_another_shard_in_the_log_is_refused()
    {
        var beside = new ShardManifest(1, new LogGeometry(18, 20), Samples.Descriptor, Owner: null);
        ForeignRecord.Check(beside, beside);
        Assert.Throws<FormatException>(() => ForeignRecord.Check(beside with { Descriptor = Samples.Descriptor with { Dimensions = 9 } }, beside));
        Assert.Throws<FormatException>(() => ForeignRecord.Check(beside with { Descriptor = Samples.Descriptor with { Model = "other" } }, beside));
        Assert.Throws<FormatException>(() => ForeignRecord.Check(beside with { Descriptor = Samples.Descriptor with { IndexVersion = 2 } }, beside));
    }

    private static byte[] Chunk(long address)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, address);
        return bytes;
    }
}
