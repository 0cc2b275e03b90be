using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using ClipOrleans.Clip.Models;

namespace ClipOrleans.Clip.Inference;

/// <summary>Reads the one kind of <c>.npy</c> that a projection is: a little-endian float32 matrix, row by row.</summary>
internal static partial class NumpyFile
{
    private const int Preamble = 8;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    public static (float[] Values, int Rows, int Columns) ReadMatrix(string path)
    {
        var bytes = File.ReadAllBytes(path);
        if (bytes.Length < Preamble + 4 || !bytes.AsSpan().StartsWith(Magic))
            throw Wrong(path, "it does not start as a .npy file does");
        var (start, length) = bytes[6] switch
        {
            1 => (Preamble + 2, BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(Preamble))),
            2 or 3 => (Preamble + 4, BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(Preamble))),
            var version => throw Wrong(path, $"its version is {version}"),
        };
        if (start + (long)length > bytes.Length)
            throw Wrong(path, "its header is longer than the file");
        var header = Encoding.Latin1.GetString(bytes, start, (int)length);
        var match = HeaderPattern().Match(header);
        if (!match.Success)
            throw Wrong(path, $"its header is {header.Trim()}");
        if (!int.TryParse(match.Groups["rows"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var rows)
            || !int.TryParse(match.Groups["columns"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var columns)
            || (long)rows * columns * sizeof(float) != bytes.Length - start - length)
            throw Wrong(path, "its shape does not fit its length");
        return (MemoryMarshal.Cast<byte, float>(bytes.AsSpan(start + (int)length)).ToArray(), rows, columns);
    }

    private static ModelException Wrong(string path, string what) =>
        new(ModelFault.FileInvalid, path, $"{path} is not a .npy file of a float32 matrix in C order: {what}.");

    [GeneratedRegex(@"^\{(?=.*'descr':\s*'<f4')(?=.*'fortran_order':\s*False)(?=.*'shape':\s*\((?<rows>\d+),\s*(?<columns>\d+)\)).*\}\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex HeaderPattern();
}
