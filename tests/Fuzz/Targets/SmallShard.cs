using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using ClipOrleans.Storage;
using ClipOrleans.Storage.Documents;
using ClipOrleans.Storage.Files;
using ClipOrleans.Storage.Log;
using ClipOrleans.Storage.Tests.Disks;
using ClipOrleans.Vectors.Filters;
using ClipOrleans.Vectors.Kernels;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClipOrleans.Fuzz.Targets;

/// <summary>The files of a shard with a few documents, an image, a patch, a deletion and receipts, as the product copies them into a backup.</summary>
internal static class SmallShard
{
    public const string Directory = "/shard";
    public const int Dimensions = 3;

    public static readonly ShardFiles Files = new(Directory);

    private static readonly ShardFiles Copy = new("/copy");

    public static readonly ShardDescriptor Descriptor = new(
        1, "toy", "r1", Dimensions, new FieldSchema([new("colour", FieldType.Keyword), new("price", FieldType.Number), new("place", FieldType.Geo)]), 0.95);

    private static readonly Lazy<SimulatedDisk> Written = new(() => WriteAsync().GetAwaiter().GetResult());

    public static byte[] Manifest => Written.Value.Bytes(Copy.Manifest);

    public static byte[] Mark => Written.Value.Bytes(Copy.Mark);

    /// <summary>The only segment, from its first record to its end.</summary>
    public static byte[] Log => Written.Value.Bytes(Copy.Segment(0))[(int)LogGeometry.FirstAddress..];

    public static ShardOptions Options() => new() { PageSizeBits = 18, SegmentSizeBits = 20, MemoryPages = 2, OwnerName = "fuzz", RowCacheBytes = 0, SnapshotEveryBytes = 0 };

    /// <summary>A disk that holds these files and nothing else.</summary>
    public static SimulatedDisk DiskOf(byte[] manifest, byte[]? mark, byte[] log)
    {
        var disk = new SimulatedDisk();
        disk.CreateDirectory(Directory);
        Put(disk, Files.Manifest, manifest);
        Put(disk, Files.Segment(0), [.. new byte[LogGeometry.FirstAddress], .. log]);
        if (mark is not null)
            Put(disk, Files.Mark, mark);
        return disk;
    }

    public static void Put(SimulatedDisk disk, string path, byte[] bytes)
    {
        using var file = disk.Open(path);
        file.Write(bytes, 0);
    }

    /// <summary>Makes the checksum and the length of the body of a record right.</summary>
    public static void Seal(Span<byte> record)
    {
        record[9] = RecordHeader.Version;
        BinaryPrimitives.WriteInt32LittleEndian(record[12..], record.Length - RecordHeader.Bytes);
        BinaryPrimitives.WriteUInt64LittleEndian(record, XxHash3.HashToUInt64(record[8..]));
    }

    public static byte[] Vector(float x)
    {
        float[] vector = [1, x, 2];
        VectorMath.TryNormalize(vector);
        return MemoryMarshal.AsBytes(vector.AsSpan()).ToArray();
    }

    private static async Task<SimulatedDisk> WriteAsync()
    {
        var disk = new SimulatedDisk();
        await using (var shard = await ShardEngine.CreateAsync(disk, Directory, Descriptor, Options(), NullLoggerFactory.Instance, TimeProvider.System, default))
        {
            await shard.WriteAsync([Upsert("a", """{"colour":"red","price":1}"""), Upsert("b", "{}", image: [1, 2, 3, 4], text: "a red shoe")]);
            await shard.WriteAsync([Operation(StoredOperationKind.PatchMetadata, "a", """{"price":2,"place":{"lat":1,"lon":2}}""")], Guid.Parse("11111111-2222-3333-4444-555555555555"));
            await shard.WriteAsync([Upsert("c", "{}"), Operation(StoredOperationKind.Delete, "c"), Operation(StoredOperationKind.Delete, "none")], Guid.Parse("21111111-2222-3333-4444-555555555555"));
            disk.CreateDirectory(Copy.Directory);
            await shard.CopyToAsync(Copy.Directory);
        }

        return disk;
    }

    private static StoredOperation Upsert(string id, string metadata, byte[]? image = null, string? text = null) =>
        Operation(StoredOperationKind.Upsert, id, metadata) with { Vector = Vector(id[0]), Text = text, Image = image, ImageContentType = image is null ? null : "image/webp", ImageUrl = text is null ? "https://example.org/" : null };

    private static StoredOperation Operation(StoredOperationKind kind, string id, string metadata = "") =>
        new() { Kind = kind, Id = id, Metadata = Encoding.UTF8.GetBytes(metadata) };
}
