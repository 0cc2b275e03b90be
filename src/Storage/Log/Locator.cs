namespace ClipOrleans.Storage.Log;

/// <summary>Where a row lies: address of its record (47 bits) and offset of the row in it (16 bits), in one positive number.</summary>
internal readonly record struct Locator(long Address, int Offset)
{
    private const int OffsetBits = 16;
    public const int MaxOffset = (1 << OffsetBits) - 1;

    public long Pack()
    {
        if (Offset is < 0 or > MaxOffset || Address is < 0 or > long.MaxValue >> OffsetBits)
            throw new InvalidOperationException($"A row at {Address}+{Offset} cannot be located.");
        return (Address << OffsetBits) | (uint)Offset;
    }

    public static Locator Unpack(long packed) => new(packed >> OffsetBits, (int)(packed & MaxOffset));
}
