using ClipOrleans.Contracts.Keys;
using Microsoft.Extensions.Logging;

namespace ClipOrleans.Grains.Indexes;

internal sealed partial class IndexGrain
{
    [LoggerMessage(1, LogLevel.Information, "Index {Index} created: incarnation {Incarnation}, {Shards} shard(s)")]
    private partial void LogCreated(IndexKey index, long incarnation, int shards);

    [LoggerMessage(2, LogLevel.Information, "Index {Index} changed to version {Version}")]
    private partial void LogChanged(IndexKey index, long version);

    [LoggerMessage(3, LogLevel.Information, "Incarnation {Incarnation} of index {Index} removed")]
    private partial void LogRemoved(IndexKey index, long incarnation);

    [LoggerMessage(4, LogLevel.Warning, "Index {Index}: a change that was begun cannot be finished yet: {Reason}")]
    private partial void LogNotResumed(IndexKey index, string reason);

    [LoggerMessage(6, LogLevel.Information, "Index {Index} made as incarnation {Incarnation} from backup {Backup}: {Documents} documents")]
    private partial void LogRestored(IndexKey index, long incarnation, string backup, long documents);

    [LoggerMessage(5, LogLevel.Error, "Index {Index}: a step that was begun cannot be finished")]
    private partial void LogResumeFailed(Exception fault, IndexKey index);
}
