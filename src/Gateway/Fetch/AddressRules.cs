using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace ClipOrleans.Gateway.Fetch;

/// <summary>
/// Which addresses an image may be fetched from: global unicast only. The list follows the IANA special-purpose
/// registries for IPv4 and IPv6. Forms that carry an IPv4 address inside an IPv6 one are judged by the address inside.
/// </summary>
internal static class AddressRules
{
    private static readonly (uint Network, int Bits)[] SpecialV4 =
    [
        V4(0, 0, 0, 0, 8),          // "this network"
        V4(10, 0, 0, 0, 8),         // private
        V4(100, 64, 0, 0, 10),      // carrier-grade NAT; one cloud keeps its metadata service in here
        V4(127, 0, 0, 0, 8),        // loopback
        V4(168, 63, 129, 16, 32),   // looks public, but is the host of a virtual machine in one cloud
        V4(169, 254, 0, 0, 16),     // link-local, with the metadata services of most clouds
        V4(172, 16, 0, 0, 12),      // private
        V4(192, 0, 0, 0, 24),       // protocol assignments; one cloud keeps its metadata service in here
        V4(192, 0, 2, 0, 24),       // documentation
        V4(192, 31, 196, 0, 24),    // AS112
        V4(192, 52, 193, 0, 24),    // automatic multicast tunnelling
        V4(192, 88, 99, 0, 24),     // 6to4 relays
        V4(192, 168, 0, 0, 16),     // private
        V4(192, 175, 48, 0, 24),    // AS112
        V4(198, 18, 0, 0, 15),      // benchmarking
        V4(198, 51, 100, 0, 24),    // documentation
        V4(203, 0, 113, 0, 24),     // documentation
        V4(224, 0, 0, 0, 4),        // multicast
        V4(240, 0, 0, 0, 4),        // reserved, with the broadcast address
    ];

    /// <summary>Inside 2000::/3, which is all that is global unicast.</summary>
    private static readonly (byte[] Prefix, int Bits)[] SpecialV6 =
    [
        ([0x20, 0x01, 0x00], 23),               // protocol assignments: Teredo, benchmarking, ORCHID, …
        ([0x20, 0x01, 0x0d, 0xb8], 32),         // documentation
        ([0x20, 0x02], 16),                     // 6to4: an IPv4 address is inside, and a relay decides who answers
        ([0x26, 0x20, 0x00, 0x4f, 0x80], 48),   // AS112
        ([0x3f, 0xff, 0x00], 20),               // documentation
    ];

    /// <summary>64:ff9b::/96, the well-known NAT64 prefix: the last four bytes are an IPv4 address.</summary>
    private static readonly byte[] Nat64 = [0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0];

    public static bool IsAllowed(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        Span<byte> bytes = stackalloc byte[16];
        if (!address.TryWriteBytes(bytes, out var length))
            return false;
        return address.AddressFamily switch
        {
            AddressFamily.InterNetwork => IsAllowedV4(bytes[..length]),
            AddressFamily.InterNetworkV6 => IsAllowedV6(bytes[..length]),
            _ => false,
        };
    }

    private static bool IsAllowedV4(ReadOnlySpan<byte> bytes)
    {
        var value = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        foreach (var (network, bits) in SpecialV4)
        {
            if ((value ^ network) >> (32 - bits) == 0)
                return false;
        }

        return true;
    }

    private static bool IsAllowedV6(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith(Nat64))
            return IsAllowedV4(bytes[12..]);
        if ((bytes[0] & 0xe0) != 0x20)
            return false;
        foreach (var (prefix, bits) in SpecialV6)
        {
            if (HasPrefix(bytes, prefix, bits))
                return false;
        }

        // ISATAP: interface ids 0000:5efe:a.b.c.d and 0200:5efe:a.b.c.d tunnel to the IPv4 address at their end.
        var isIsatap = (bytes[8] & 0xfd) == 0 && bytes[9] == 0 && bytes[10] == 0x5e && bytes[11] == 0xfe;
        return !isIsatap || IsAllowedV4(bytes[12..]);
    }

    private static bool HasPrefix(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> prefix, int bits)
    {
        for (var bit = 0; bit < bits; bit++)
        {
            var mask = 0x80 >> (bit % 8);
            var expected = bit / 8 < prefix.Length ? prefix[bit / 8] & mask : 0;
            if ((bytes[bit / 8] & mask) != expected)
                return false;
        }

        return true;
    }

    private static (uint Network, int Bits) V4(byte a, byte b, byte c, byte d, int bits) =>
        (((uint)a << 24) | ((uint)b << 16) | ((uint)c << 8) | d, bits);
}
