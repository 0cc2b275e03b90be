using System.Text;

namespace ClipOrleans.Contracts.Keys;

/// <summary>
/// Which shard owns a document: 64-bit FNV-1a over the UTF-8 bytes of its id, finished with the 64-bit mixer of
/// MurmurHash3, modulo the shard count. It must never change: the rows on disk lie where it put them.
/// </summary>
public static class ShardRouting
{
    private const ulong OffsetBasis = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    /// <returns>A shard number from 0 to <paramref name="shards"/> - 1.</returns>
    public static int ShardOf(string documentId, int shards)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shards, 1);
        Span<byte> buffer = stackalloc byte[Encoding.UTF8.GetMaxByteCount(Limits.MaxIdLength)];
        var length = Encoding.UTF8.GetBytes(documentId, buffer);
        var hash = OffsetBasis;
        foreach (var b in buffer[..length])
        {
            hash = (hash ^ b) * Prime;
        }

        hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccd;
        hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53;
        hash ^= hash >> 33;
        return (int)(hash % (ulong)shards);
    }
}
