using ClipOrleans.Vectors.Rows;

namespace ClipOrleans.Storage.Files;

/// <summary>
/// Blocks of vectors in scratch files of a shard's directory: derived data, which the system may put out of memory and
/// a crash may lose. A file is an eighth of what there is already, so that a shard has few of them however large it
/// becomes, and reserves little that it does not use.
/// </summary>
internal sealed class MappedVectorMemory(IDisk disk, ShardFiles files) : IVectorMemory
{
    internal const long LargestFile = 64 << 20;
    private const int Share = 8;

    private readonly Lock _gate = new();
    private VectorMemory? _file;
    private long _used;
    private long _given;

    /// <inheritdoc/>
    public VectorMemory Allocate(long bytes)
    {
        lock (_gate)
        {
            if (_file is null || _used + bytes > _file.Bytes)
            {
                var blocks = Math.Max(1, Math.Min(_given / Share, LargestFile) / bytes);
                _file = disk.MapScratch(files.NewScratch(), blocks * bytes);
                _used = 0;
            }

            var part = new Part(_file, _used, bytes);
            _used += bytes;
            _given += bytes;
            return part;
        }
    }

    private sealed unsafe class Part : VectorMemory
    {
        /// <summary>Read by nobody: it keeps the map.</summary>
        private readonly VectorMemory _file;

        public Part(VectorMemory file, long offset, long bytes)
            : base((float*)((byte*)file.Pointer + offset), bytes, isMapped: true) => _file = file;
    }
}
