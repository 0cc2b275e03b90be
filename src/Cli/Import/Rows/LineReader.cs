using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using ClipOrleans.Cli.App;

namespace ClipOrleans.Cli.Import.Rows;

/// <summary>The lines of a file as bytes. A line has a longest length, so that no file can fill the memory.</summary>
internal static class LineReader
{
    /// <summary>An image of 20 MiB in base64 with room for its metadata.</summary>
    public const int LongestLine = 32 << 20;

    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(string path, [EnumeratorCancellation] CancellationToken stop)
    {
        await using var file = File.OpenRead(path);
        var pipe = PipeReader.Create(file, new StreamPipeReaderOptions(bufferSize: 64 << 10));
        for (var line = 1L; ;)
        {
            var read = await pipe.ReadAsync(stop).ConfigureAwait(false);
            var rest = read.Buffer;
            while (TryCut(ref rest, out var found))
            {
                yield return found;
                line++;
            }
            if (rest.Length > LongestLine)
                throw new CliError($"Line {line} of {path} is longer than {LongestLine >> 20} MiB", "NDJSON has one JSON object on each line");
            if (read.IsCompleted)
            {
                if (!rest.IsEmpty)
                    yield return rest.ToArray();
                await pipe.CompleteAsync().ConfigureAwait(false);
                yield break;
            }
            pipe.AdvanceTo(rest.Start, rest.End);
        }
    }

    private static bool TryCut(ref ReadOnlySequence<byte> rest, out ReadOnlyMemory<byte> line)
    {
        var end = rest.PositionOf((byte)'\n');
        line = end is { } found ? rest.Slice(0, found).ToArray() : default;
        if (end is { } cut)
            rest = rest.Slice(rest.GetPosition(1, cut));
        return end is not null;
    }
}
