namespace ClipOrleans.Storage.Tests.Disks;

/// <summary>A file of a <see cref="SimulatedDisk"/>: what it holds, and what of that would survive a power cut.</summary>
internal sealed class DiskNode
{
    private const int Sector = 512;

    public byte[] Live { get; set; } = [];

    public byte[] Durable { get; set; } = [];

    public List<(long Offset, byte[] Bytes)> Unforced { get; } = [];

    public DiskNode AfterCrash(Unforced unforced, Random chance)
    {
        var bytes = unforced switch
        {
            Disks.Unforced.Kept => [.. Live],
            Disks.Unforced.Lost => [.. Durable],
            _ => Torn(chance),
        };
        return new DiskNode { Live = bytes, Durable = bytes };
    }

    private byte[] Torn(Random chance)
    {
        byte[] bytes = [.. Durable];
        foreach (var (offset, written) in Unforced)
        {
            for (var at = 0; at < written.Length; at += Sector)
            {
                if (chance.Next(2) == 0)
                    continue;
                var length = Math.Min(Sector, written.Length - at);
                if (bytes.Length < offset + at + length)
                    bytes = Grown(bytes, offset + at + length);
                written.AsSpan(at, length).CopyTo(bytes.AsSpan((int)offset + at));
            }
        }

        return bytes;
    }

    public static byte[] Grown(byte[] bytes, long length)
    {
        var grown = new byte[length];
        bytes.AsSpan(0, (int)Math.Min(bytes.Length, length)).CopyTo(grown);
        return grown;
    }
}
