using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace ClipOrleans.Fuzz.Engine;

/// <summary>Makes a new input of old ones: changes of bytes and numbers, words of a dictionary, and pieces cut where text has its joints.</summary>
internal sealed class Mutator(Corpus corpus, IReadOnlyList<string> dictionary, int maxLength, Random chance)
{
    private static readonly long[] Numbers =
    [
        0, 1, -1, 2, 7, 8, 15, 16, 31, 32, 63, 64, 65, 100, 127, 128, 255, 256, 511, 512, 513, 1_000, 1_023, 1_024, 1_025, 4_095, 4_096, 32_767, 32_768, 65_535, 65_536,
        1 << 20, int.MaxValue - 1, int.MaxValue, int.MinValue, uint.MaxValue, 1L << 32, 1L << 47, 1L << 53, long.MaxValue >> 16, long.MaxValue, long.MinValue,
    ];

    private static readonly string[] Texts =
    [
        "0", "-1", "-0", "1e400", "1e-400", "0.1", "9007199254740993", "99999999999999999999", "2147483648", "-9223372036854775808", "true", "null", "\"\"", "{}", "[]",
        "\\u0000", "\\ud800", "\\udc00", "\\u00e9", "\u00e9", "\u20ac", "\U0001F45F", "%", "..", "/", "\\", "\"", "\r\n", " ", "\0",
    ];

    private static readonly SearchValues<byte> Joints = SearchValues.Create("{}[],:\"&=;/.-_ \r\n"u8);

    private readonly byte[][] _words = [.. dictionary.Concat(Texts).Select(Encoding.UTF8.GetBytes)];

    public byte[] Next()
    {
        var input = corpus.Pick(chance);
        for (var steps = 1 << chance.Next(4); steps > 0; steps--)
            input = Step(input);
        return input.Length > maxLength ? input[..maxLength] : input;
    }

    private byte[] Step(byte[] input) => chance.Next(14) switch
    {
        0 => WithByte(input, (at, bytes) => bytes[at] ^= (byte)(1 << chance.Next(8))),
        1 => WithByte(input, (at, bytes) => bytes[at] = (byte)chance.Next(256)),
        2 => WithByte(input, (at, bytes) => bytes[at] += (byte)chance.Next(-16, 17)),
        3 => WithNumber(input),
        4 => WithDigits(input),
        5 => Replace(input, Span(input), []),
        6 => Replace(input, At(input), Cut(input, Span(input))),
        7 => Replace(input, At(input), Noise(chance.Next(1, 9))),
        8 => Replace(input, At(input), Word()),
        9 => Replace(input, Span(input), Word()),
        10 => Splice(input, corpus.Pick(chance)),
        11 => Replace(input, Part(input), Donated()),
        12 => Replace(input, Part(input), chance.Next(2) == 0 ? [] : Word()),
        _ => Replace(input, Part(input), Wrapped(input)),
    };

    private byte[] WithByte(byte[] input, Action<int, byte[]> change)
    {
        if (input.Length == 0)
            return Noise(1);
        var bytes = (byte[])input.Clone();
        change(chance.Next(bytes.Length), bytes);
        return bytes;
    }

    /// <summary>A binary number of 2, 4 or 8 bytes, either way round.</summary>
    private byte[] WithNumber(byte[] input)
    {
        var size = 2 << chance.Next(3);
        if (input.Length < size)
            return input;
        var bytes = (byte[])input.Clone();
        var number = Numbers[chance.Next(Numbers.Length)] + chance.Next(-1, 2);
        Span<byte> written = stackalloc byte[8];
        if (chance.Next(4) == 0)
            BinaryPrimitives.WriteInt64BigEndian(written, number << (64 - (8 * size)));
        else
            BinaryPrimitives.WriteInt64LittleEndian(written, number);
        written[..size].CopyTo(bytes.AsSpan(chance.Next(bytes.Length - size + 1)));
        return bytes;
    }

    /// <summary>Another number in the place of one that is written in digits.</summary>
    private byte[] WithDigits(byte[] input)
    {
        var from = At(input).From;
        while (from < input.Length && !IsDigit(input[from]))
            from++;
        var to = from;
        while (to < input.Length && IsDigit(input[to]))
            to++;
        return from == to ? input : Replace(input, (from, to), Encoding.ASCII.GetBytes(Numbers[chance.Next(Numbers.Length)].ToString(System.Globalization.CultureInfo.InvariantCulture)));
    }

    private byte[] Splice(byte[] head, byte[] tail)
    {
        var cut = chance.Next(tail.Length + 1);
        return [.. head.AsSpan(0, chance.Next(head.Length + 1)), .. tail.AsSpan(cut)];
    }

    private byte[] Donated()
    {
        var donor = corpus.Pick(chance);
        return Cut(donor, Part(donor));
    }

    private byte[] Wrapped(byte[] input)
    {
        var part = Cut(input, Part(input));
        return chance.Next(3) switch
        {
            0 => [(byte)'[', .. part, (byte)']'],
            1 => [.. "{\""u8, .. Word(), .. "\":"u8, .. part, (byte)'}'],
            _ => [.. part, (byte)',', .. part],
        };
    }

    private byte[] Word() => _words[chance.Next(_words.Length)];

    private byte[] Noise(int length)
    {
        var bytes = new byte[length];
        chance.NextBytes(bytes);
        return bytes;
    }

    private (int From, int To) At(byte[] input)
    {
        var at = chance.Next(input.Length + 1);
        return (at, at);
    }

    /// <summary>Mostly short.</summary>
    private (int From, int To) Span(byte[] input)
    {
        var from = chance.Next(input.Length + 1);
        return (from, from + chance.Next(Math.Min(input.Length - from, 1 << chance.Next(1, 12)) + 1));
    }

    /// <summary>A piece between two joints of text.</summary>
    private (int From, int To) Part(byte[] input)
    {
        var from = NextJoint(input, chance.Next(input.Length + 1));
        var to = from;
        for (var joints = chance.Next(1, 5); joints > 0 && to < input.Length; joints--)
            to = NextJoint(input, to + 1);
        return (from, to);
    }

    private static int NextJoint(byte[] input, int at)
    {
        var next = input.AsSpan(Math.Min(at, input.Length)).IndexOfAny(Joints);
        return next < 0 ? input.Length : at + next;
    }

    private static byte[] Cut(byte[] input, (int From, int To) span) => input[span.From..span.To];

    private byte[] Replace(byte[] input, (int From, int To) span, byte[] with) =>
        input.Length - span.To + span.From + with.Length > 2 * maxLength ? input : [.. input.AsSpan(0, span.From), .. with, .. input.AsSpan(span.To)];

    private static bool IsDigit(byte b) => b is >= (byte)'0' and <= (byte)'9';
}
