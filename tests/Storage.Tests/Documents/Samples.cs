using System.Runtime.InteropServices;
using System.Text;
using ClipOrleans.Storage.Documents;
using ClipOrleans.Storage.Tests.Disks;
using ClipOrleans.Vectors.Filters;
using ClipOrleans.Vectors.Kernels;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClipOrleans.Storage.Tests.Documents;

/// <summary>Shards and documents that tests share.</summary>
internal static class Samples
{
    public const int Dimensions = 8;
    public const string Directory = "/shard";

    public static FieldSchema Schema { get; } = new([new("colour", FieldType.Keyword), new("price", FieldType.Number)]);

    public static ShardDescriptor Descriptor { get; } = new(1, "clip-mini", "r1", Dimensions, Schema, 0.95);

    /// <summary>Small pages, so that a few hundred documents cross page and segment ends.</summary>
    public static ShardOptions SmallPages(Action<ShardOptions>? change = null)
    {
        var options = new ShardOptions { PageSizeBits = 18, SegmentSizeBits = 20, MemoryPages = 2, OwnerName = "test" };
        change?.Invoke(options);
        return options;
    }

    public static Task<ShardEngine> CreateAsync(SimulatedDisk disk, Action<ShardOptions>? change = null, ShardDescriptor? descriptor = null) =>
        ShardEngine.CreateAsync(disk, Directory, descriptor ?? Descriptor, SmallPages(change), NullLoggerFactory.Instance, TimeProvider.System);

    public static Task<ShardEngine> OpenAsync(SimulatedDisk disk, Action<ShardOptions>? change = null) =>
        ShardEngine.OpenAsync(disk, Directory, SmallPages(change), NullLoggerFactory.Instance, TimeProvider.System);

    public static StoredOperation Upsert(string id, string metadata = "{}", int seed = 1, byte[]? image = null, string? text = null) => new()
    {
        Kind = StoredOperationKind.Upsert,
        Id = id,
        Vector = Vector(seed),
        Metadata = Encoding.UTF8.GetBytes(metadata),
        Text = text,
        Image = image,
        ImageContentType = image is null ? null : "image/webp",
    };

    public static StoredOperation Patch(string id, string patch) =>
        new() { Kind = StoredOperationKind.PatchMetadata, Id = id, Metadata = Encoding.UTF8.GetBytes(patch) };

    public static StoredOperation Delete(string id) => new() { Kind = StoredOperationKind.Delete, Id = id };

    public static byte[] Vector(int seed, int dimensions = Dimensions)
    {
        var random = new Random(seed);
        var values = new float[dimensions];
        for (var i = 0; i < dimensions; i++)
            values[i] = (float)(random.NextDouble() - 0.5);
        Assert.True(VectorMath.TryNormalize(values));
        return MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
    }

    public static byte[] Noise(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static async Task<StoredOutcome> WriteOneAsync(this ShardEngine shard, StoredOperation operation) =>
        Assert.Single((await shard.WriteAsync([operation])).Outcomes);

    public static async Task<string?> MetadataAsync(this IShardReader shard, string id) =>
        await shard.GetAsync(id, includeVector: false) is { } document ? Encoding.UTF8.GetString(document.Metadata.Span) : null;

    /// <summary>Every document, whole: what two shards with the same history must agree on.</summary>
    public static async Task<SortedDictionary<string, string>> DumpAsync(this IShardReader shard)
    {
        var dump = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var id in shard.View.MatchingIds(filter: null, int.MaxValue, afterId: null))
            dump[id] = await shard.DumpAsync(id);
        Assert.Equal(shard.View.Count, dump.Count);
        return dump;
    }

    /// <summary>One document, whole.</summary>
    public static async Task<string> DumpAsync(this IShardReader shard, string id)
    {
        var vector = new float[shard.Descriptor.Dimensions];
        var document = await shard.GetAsync(id, includeVector: true);
        Assert.NotNull(document);
        Assert.Equal(id, document.Id);
        Assert.True(shard.View.TryGet(id, out var row));
        shard.View.CopyVector(row, vector);
        Assert.Equal(document.Vector!.Value.ToArray(), MemoryMarshal.AsBytes(vector.AsSpan()).ToArray());
        var image = await shard.ReadImageAsync(id);
        Assert.Equal(document.HasImage, image is not null);
        return string.Join('|', Encoding.UTF8.GetString(document.Metadata.Span), document.ImageUrl, document.Text, document.Model, document.ModelRevision,
            document.CreatedAt.ToString("O"), document.UpdatedAt.ToString("O"), Convert.ToHexString(document.Vector.Value.Span),
            image is null ? "" : image.ContentType + Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(image.Bytes.Span)));
    }
}
