using System.Runtime.InteropServices;
using ClipOrleans.Storage.Files;
using ClipOrleans.Vectors.Rows;

namespace ClipOrleans.Storage.Tests.Disks;

/// <summary>What a crash leaves of writes that were not forced.</summary>
internal enum Unforced
{
    /// <summary>A killed process: the operating system still has everything.</summary>
    Kept,

    /// <summary>A power cut on a device that had written nothing ahead.</summary>
    Lost,

    /// <summary>A power cut in the middle: any sectors of any unforced writes are there, any are not.</summary>
    Torn,
}

/// <summary>
/// A disk in memory that keeps live and durable apart, per byte and per name. It counts its operations, fails or stops at
/// a chosen one, and <see cref="AfterCrash"/> gives what the next process would find.
/// </summary>
internal sealed class SimulatedDisk : IDisk
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, DiskNode> _live = new(StringComparer.Ordinal);
    private readonly HashSet<string> _locked = new(StringComparer.Ordinal);
    private readonly HashSet<string> _directories = new(StringComparer.Ordinal) { "/" };
    private Dictionary<string, DiskNode> _durable = new(StringComparer.Ordinal);
    private readonly List<string> _trace = [];
    private readonly List<(string From, string To)> _renamed = [];

    /// <summary>Operations that change something, so far.</summary>
    public int Operations { get; private set; }

    /// <summary>The operation with this number, and all later ones, fail; as if the device had gone.</summary>
    public int FailFrom { get; set; } = int.MaxValue;

    public string FailureMessage { get; set; } = "simulated device failure";

    /// <summary>Which operations the failure is for: null for all.</summary>
    public Func<string, bool>? FailOnly { get; set; }

    /// <summary>Files whose bytes the device does not give any more.</summary>
    public Func<string, bool>? FailReads { get; set; }

    /// <summary>Every lock is granted: a file system whose locks lie.</summary>
    public bool LocksLie { get; set; }

    /// <summary>A file system without hard links.</summary>
    public bool LinksFail { get; set; }

    public int FailuresShown { get; private set; }

    /// <summary>What was done, in order: "write log.0", "flush log.0", …</summary>
    public IReadOnlyList<string> Trace
    {
        get
        {
            lock (_gate)
                return [.. _trace];
        }
    }

    /// <summary>The disk as the next process finds it.</summary>
    public SimulatedDisk AfterCrash(Unforced unforced, int seed = 0)
    {
        var chance = new Random(seed);
        lock (_gate)
        {
            var after = new SimulatedDisk();
            var names = unforced == Unforced.Kept || (unforced == Unforced.Torn && chance.Next(2) == 0) ? _live : _durable;
            var undone = ReferenceEquals(names, _live) ? [] : _renamed;
            after._directories.UnionWith(_directories.Where(path => !undone.Exists(rename => IsIn(path, rename.To))));
            foreach (var (name, node) in names)
            {
                after._live[name] = node.AfterCrash(unforced, chance);
                after.CreateDirectory(Path.GetDirectoryName(name)!);
            }

            after._durable = new(after._live, StringComparer.Ordinal);
            return after;
        }
    }

    public byte[] Bytes(string path)
    {
        lock (_gate)
            return [.. _live[path].Live];
    }

    /// <summary>Changes a file behind everybody's back, live and durable.</summary>
    public void Tamper(string path, Func<byte[], byte[]> change)
    {
        lock (_gate)
        {
            var node = _live[path];
            node.Live = change([.. node.Live]);
            node.Durable = node.Live;
            node.Unforced.Clear();
        }
    }

    public bool DirectoryExists(string directory)
    {
        lock (_gate)
            return _directories.Contains(directory);
    }

    public void CreateDirectory(string directory)
    {
        lock (_gate)
        {
            for (var path = directory; path is not null; path = Path.GetDirectoryName(path))
                _directories.Add(path);
        }
    }

    public void DeleteDirectory(string directory)
    {
        lock (_gate)
        {
            if (_live.Keys.Any(path => Path.GetDirectoryName(path) == directory))
                throw new IOException("directory not empty");
            _directories.Remove(directory);
        }
    }

    public IReadOnlyList<(string Name, long Length)> List(string directory)
    {
        lock (_gate)
            return [.. _live.Where(file => Path.GetDirectoryName(file.Key) == directory).Select(file => (Path.GetFileName(file.Key), (long)file.Value.Live.Length))];
    }

    public IReadOnlyList<string> Directories(string directory)
    {
        lock (_gate)
            return [.. _directories.Where(path => path != "/" && Path.GetDirectoryName(path) == directory).Select(path => Path.GetFileName(path))];
    }

    public bool Exists(string path)
    {
        lock (_gate)
            return _live.ContainsKey(path);
    }

    public byte[] ReadAll(string path)
    {
        lock (_gate)
            return _live.TryGetValue(path, out var node) ? [.. node.Live] : throw new FileNotFoundException(path);
    }

    public IDiskFile Open(string path)
    {
        lock (_gate)
        {
            if (!_live.TryGetValue(path, out var node))
            {
                Act("create", path);
                _live[path] = node = new DiskNode();
            }

            return new Handle(this, path, node, exclusive: false);
        }
    }

    public IDiskFile? TryOpenExisting(string path)
    {
        lock (_gate)
            return _live.TryGetValue(path, out var node) ? new Handle(this, path, node, exclusive: false) : null;
    }

    public IDiskFile? TryOpenForReading(string path) => TryOpenExisting(path);

    public IDiskFile? TryCreate(string path)
    {
        lock (_gate)
            return _live.ContainsKey(path) ? null : Open(path);
    }

    public IDiskFile? TryOpenExclusive(string path)
    {
        lock (_gate)
        {
            if (!_locked.Add(path) && !LocksLie)
                return null;
            if (!_live.TryGetValue(path, out var node))
                _live[path] = node = new DiskNode();
            return new Handle(this, path, node, exclusive: true);
        }
    }

    public bool LeadsTo(string path, IDiskFile file)
    {
        lock (_gate)
            return _live.TryGetValue(path, out var node) && ((Handle)file).Node == node;
    }

    /// <summary>Traced as "map scratch": its names are of chance.</summary>
    public VectorMemory MapScratch(string path, long bytes)
    {
        lock (_gate)
            Act("map", Path.ChangeExtension(path, null));
        return HeapVectorMemory.Instance.Allocate(bytes);
    }

    public SafeBuffer Map(string path, long bytes)
    {
        lock (_gate)
        {
            var live = _live[path].Live;
            return live.Length >= bytes ? new MemoryMap(live.AsSpan(0, (int)bytes)) : throw new EndOfStreamException(path);
        }
    }

    public void Rename(string from, string to)
    {
        lock (_gate)
        {
            if (!_live.TryGetValue(from, out var node))
                throw new FileNotFoundException(from);
            Act("rename", to);
            _live[to] = node;
            _live.Remove(from);
        }
    }

    /// <summary>Until the parent is synced, a power cut leaves everything under its old name.</summary>
    public void RenameDirectory(string from, string to)
    {
        lock (_gate)
        {
            if (!_directories.Contains(from) || _directories.Contains(to))
                throw new IOException($"'{from}' cannot become '{to}'");
            Act("rename", to);
            Move(_live, from, to);
            foreach (var path in _directories.Where(path => IsIn(path, from)).ToList())
            {
                _directories.Remove(path);
                _directories.Add(to + path[from.Length..]);
            }

            _renamed.Add((from, to));
        }
    }

    public bool TryLink(string existing, string created)
    {
        lock (_gate)
        {
            if (LinksFail || !_live.TryGetValue(existing, out var node))
                return false;
            Act("link", created);
            _live[created] = node;
            return true;
        }
    }

    public void Delete(string path)
    {
        lock (_gate)
        {
            Act("delete", path);
            _live.Remove(path);

            // A lock is of the file, not of its name.
            _locked.Remove(path);
        }
    }

    public void SyncDirectory(string directory)
    {
        lock (_gate)
        {
            Act("sync", directory);
            foreach (var (from, to) in _renamed.Where(names => Path.GetDirectoryName(names.To) == directory))
                Move(_durable, from, to);
            _renamed.RemoveAll(names => Path.GetDirectoryName(names.To) == directory);
            foreach (var name in _durable.Keys.Where(name => Path.GetDirectoryName(name) == directory && !_live.ContainsKey(name)).ToList())
                _durable.Remove(name);
            foreach (var (name, node) in _live.Where(file => Path.GetDirectoryName(file.Key) == directory))
                _durable[name] = node;
        }
    }

    private static bool IsIn(string path, string directory) => path == directory || path.StartsWith(directory + "/", StringComparison.Ordinal);

    private static void Move(Dictionary<string, DiskNode> names, string from, string to)
    {
        foreach (var name in names.Keys.Where(name => IsIn(name, from)).ToList())
        {
            names[to + name[from.Length..]] = names[name];
            names.Remove(name);
        }
    }

    private void Act(string what, string path)
    {
        var operation = $"{what} {Path.GetFileName(path)}";
        if (Operations >= FailFrom && (FailOnly?.Invoke(operation) ?? true))
        {
            FailuresShown++;
            throw new IOException(FailureMessage);
        }

        Operations++;
        _trace.Add(operation);
    }

    private sealed class Handle(SimulatedDisk disk, string path, DiskNode node, bool exclusive) : IDiskFile
    {
        private bool _disposed;

        public DiskNode Node => node;

        public long Length
        {
            get
            {
                lock (disk._gate)
                    return node.Live.Length;
            }
        }

        public int Read(Span<byte> buffer, long offset)
        {
            lock (disk._gate)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                if (disk.FailReads?.Invoke(Path.GetFileName(path)) ?? false)
                {
                    disk.FailuresShown++;
                    throw new IOException(disk.FailureMessage);
                }

                if (offset >= node.Live.Length)
                    return 0;
                var length = (int)Math.Min(buffer.Length, node.Live.Length - offset);
                node.Live.AsSpan((int)offset, length).CopyTo(buffer);
                return length;
            }
        }

        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            lock (disk._gate)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                disk.Act("write", path);
                if (node.Live.Length < offset + bytes.Length)
                    node.Live = DiskNode.Grown(node.Live, offset + bytes.Length);
                bytes.CopyTo(node.Live.AsSpan((int)offset));
                node.Unforced.Add((offset, bytes.ToArray()));
            }
        }

        public void SetLength(long length)
        {
            lock (disk._gate)
            {
                disk.Act("truncate", path);
                node.Live = DiskNode.Grown(node.Live, length);
            }
        }

        public void Flush()
        {
            lock (disk._gate)
            {
                disk.Act("flush", path);
                node.Durable = [.. node.Live];
                node.Unforced.Clear();
            }
        }

        public void Dispose()
        {
            lock (disk._gate)
            {
                if (!_disposed && exclusive)
                    disk._locked.Remove(path);
                _disposed = true;
            }
        }
    }
}
