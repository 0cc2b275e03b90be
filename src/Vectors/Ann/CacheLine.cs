namespace ClipOrleans.Vectors.Ann;

/// <summary>What the memory hands over at once.</summary>
internal static unsafe class CacheLine
{
    public const int Bytes = 64;

    /// <summary>The first address of a line at or behind this one.</summary>
    public static byte* Align(byte* address) => (byte*)(((nint)address + Bytes - 1) & ~(nint)(Bytes - 1));
}
