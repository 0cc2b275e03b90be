using ClipOrleans.Storage.Files;
using ClipOrleans.Storage.Recovery;
using Microsoft.Extensions.Logging;

namespace ClipOrleans.Storage.Log;

/// <summary>Makes the files of a log ready to be written behind its last record, and opens FASTER there.</summary>
/// <param name="disk">Where.</param>
/// <param name="files">Of the shard.</param>
/// <param name="segments">Of the log.</param>
/// <param name="broken">Why its scan ended before the end of the files; null at a clean end.</param>
/// <param name="options">Sizes of its memory.</param>
/// <param name="logger">Is told of a torn end.</param>
internal sealed class LogEnd(IDisk disk, ShardFiles files, SegmentFiles segments, string? broken, ShardOptions options, ILogger logger)
{
    /// <summary>Begins a mark, removes what is before the log and cuts what is behind it: all that an earlier owner may have left.</summary>
    /// <param name="point">The end of the log, durable, with the epoch of this opening.</param>
    /// <exception cref="Errors.ShardFencedException">A later owner has the shard.</exception>
    public (CommitMark Mark, FasterTail Tail) Open(CommitPoint point)
    {
        var mark = CommitMark.Start(disk, files, point);
        try
        {
            // Behind the mark: a replaced owner may still mark what it writes, and from here on neither of the two counts.
            segments.RemoveBefore(segments.Geometry.SegmentOf(point.Begin));
            if (segments.CutAt(point.Until) is > 0 and var cut && broken is not null)
                RecoveryLog.TornEndCut(logger, cut, broken);
            return (mark, OpenTail(point));
        }
        catch
        {
            mark.Dispose();
            throw;
        }
    }

    /// <summary>FASTER alone, where all else is done.</summary>
    public FasterTail OpenTail(CommitPoint point) => FasterTail.Open(segments, point, files.LogBase, options);
}
