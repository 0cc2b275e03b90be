namespace ClipOrleans.Clip.Text;

/// <summary>The printable character that stands for each byte in a byte-level vocabulary (GPT-2's table, which CLIP took over).</summary>
internal static class ByteSymbols
{
    public static IReadOnlyList<char> All { get; } = Build();

    private static char[] Build()
    {
        var symbols = new char[256];
        var next = 256;
        for (var b = 0; b < 256; b++)
            symbols[b] = b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF) ? (char)b : (char)next++;
        return symbols;
    }
}
