using csFastFloat;

namespace ClipOrleans.Gateway.Json;

/// <summary>
/// The numbers of a JSON array, read from its text. Most of what a gateway reads is numbers of vectors: taking each from a
/// parsed document costs two to three times as much.
/// </summary>
internal static class VectorText
{
    private const byte NoMore = (byte)']';

    /// <param name="array">The text of an array that is known to be valid JSON and to have as many elements as there is room for.</param>
    /// <param name="vector">Takes the numbers, each the float nearest to what is written.</param>
    /// <returns>How many numbers were read before one that is none, or not finite as a float.</returns>
    public static int Read(ReadOnlySpan<byte> array, Span<float> vector)
    {
        var rest = array[1..];
        for (var i = 0; i < vector.Length; i++)
        {
            rest = SkipSpace(rest);
            // The parser would take "infinity" too.
            if (rest[0] is not ((byte)'-' or (>= (byte)'0' and <= (byte)'9')) || !FastFloatParser.TryParseFloat(rest, out int length, out vector[i]) || !float.IsFinite(vector[i]))
                return i;
            rest = SkipSpace(rest[length..]);
            if (rest[0] != NoMore)
                rest = rest[1..];
        }

        return vector.Length;
    }

    private static ReadOnlySpan<byte> SkipSpace(ReadOnlySpan<byte> text)
    {
        var at = 0;
        while (text[at] is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r')
            at++;
        return text[at..];
    }
}
