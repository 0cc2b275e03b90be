namespace ClipOrleans.Storage.Log;

/// <summary>
/// Where FASTER puts an entry: log address = position in the segments laid end to end; an entry never crosses a page;
/// each starts with 8 bytes of FASTER's checksum and 4 of length, and ends at a multiple of 4; a rest of a page that is
/// too small for the next entry stays zero. Held true by a test that reads each log with both FASTER's iterator and ours.
/// </summary>
/// <param name="PageSizeBits">Size of a page as a power of two.</param>
/// <param name="SegmentSizeBits">Size of a segment file as a power of two, at least a page.</param>
internal readonly record struct LogGeometry(int PageSizeBits, int SegmentSizeBits)
{
    /// <summary>Address of the first entry of a log; 0 stays invalid.</summary>
    public const long FirstAddress = 64;

    /// <summary>What a <see cref="Locator"/> can hold: 128 TiB.</summary>
    public const long LastAddress = long.MaxValue >> 16;

    public const int EntryHeaderBytes = 12;
    public const int EntryLengthOffset = 8;
    public const int SectorBytes = 512;

    /// <summary>A page of the cache of the operating system: it is written to the device whole.</summary>
    public const int CacheBlockBytes = 4096;

    /// <exception cref="ArgumentException">Sizes that no log can have.</exception>
    public void Check()
    {
        if (PageSizeBits is < 18 or > 26 || SegmentSizeBits is < 20 or > 32 || SegmentSizeBits < PageSizeBits)
            throw new ArgumentException($"pages of 2^{PageSizeBits} and segments of 2^{SegmentSizeBits} bytes; pages have 2^18 to 2^26, segments 2^20 to 2^32 and at least a page.");
    }

    public int PageBytes => 1 << PageSizeBits;

    /// <summary>Half a page: a big record wastes at most half of one.</summary>
    public int MaxRecordBytes => (PageBytes / 2) - EntryHeaderBytes;

    public int SegmentOf(long address) => checked((int)(address >> SegmentSizeBits));

    /// <summary>Where the first record of the address's segment stands.</summary>
    public long SegmentStart(long address) => StartOf(SegmentOf(address));

    /// <summary>Where the first record of a segment stands.</summary>
    public long StartOf(int segment) => segment == 0 ? FirstAddress : (long)segment << SegmentSizeBits;

    public long OffsetInSegment(long address) => address & ((1L << SegmentSizeBits) - 1);

    public int OffsetInPage(long address) => (int)(address & (PageBytes - 1));

    public static int EntryBytes(int recordBytes) => EntryHeaderBytes + ((recordBytes + 3) & ~3);
}
