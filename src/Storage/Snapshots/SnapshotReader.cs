using System.IO.Hashing;
using System.Runtime.InteropServices;
using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Files;
using ClipOrleans.Storage.Writing;
using ClipOrleans.Vectors;
using ClipOrleans.Vectors.Rows;
using ClipOrleans.Vectors.Saved;

namespace ClipOrleans.Storage.Snapshots;

/// <summary>
/// Makes a shard's state of a snapshot, after every byte of it was compared with its checksum: vectors and codes on other
/// threads, while ids and filter index are put together here. Vectors are read through a small buffer for that, so that
/// opening takes none of the memory that they would fill.
/// </summary>
internal sealed class SnapshotReader(IDisk disk, ShardFiles files, PreciseVectors preciseVectors, IVectorMemory laterVectors)
{
    private const int RowsSealBytes = 128;
    private const int CodesSealBytes = 4096;

    /// <exception cref="ShardCorruptException">A file of it is not what was written; which one is said.</exception>
    /// <exception cref="OperationCanceledException">Nothing is known.</exception>
    public ShardState Read(SnapshotFile snapshot, IProgress<int>? progress, CancellationToken cancel)
    {
        var dimensions = snapshot.Manifest.Descriptor.Dimensions;
        CheckLengths(snapshot, dimensions);
        var codes = OpenCodes(snapshot, dimensions);
        var blocks = Blocks(snapshot, dimensions);
        using var givingUp = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var verifying = Task.Run(() => Verify(snapshot, blocks, codes, progress, givingUp.Token), CancellationToken.None);
        try
        {
            var rows = ReadRows(snapshot);
            if (preciseVectors == PreciseVectors.Memory)
                verifying.GetAwaiter().GetResult(); // They are not there before.
            var state = new ShardState(
                snapshot.Manifest,
                laterVectors,
                options => Restore(snapshot, options, rows, blocks, codes),
                snapshot.Position,
                ReadWrites(snapshot));
            verifying.GetAwaiter().GetResult();
            return state;
        }
        catch
        {
            givingUp.Cancel();
            ((IAsyncResult)verifying).AsyncWaitHandle.WaitOne();
            throw;
        }
    }

    private VectorCollection Restore(SnapshotFile snapshot, CollectionOptions options, byte[] rows, VectorMemory[] blocks, SavedCodes? codes)
    {
        var descriptor = snapshot.Manifest.Descriptor;
        try
        {
            return SavedCollection.Restore(descriptor.Dimensions, descriptor.Schema, options, rows, blocks, codes);
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException)
        {
            throw new ShardCorruptException(files.InDirectory(snapshot.RowsFileName), e.Message, e);
        }
    }

    private RecentWrites ReadWrites(SnapshotFile snapshot)
    {
        try
        {
            return RecentWrites.Load(snapshot.Writes);
        }
        catch (FormatException e)
        {
            throw new ShardCorruptException(files.InDirectory(snapshot.FileName), e.Message, e);
        }
    }

    /// <summary>Before anything is mapped: a map beyond the end of a file would end the process.</summary>
    private void CheckLengths(SnapshotFile snapshot, int dimensions)
    {
        var lengths = disk.List(files.Directory).ToDictionary(static file => file.Name, static file => file.Length, StringComparer.Ordinal);
        Check(snapshot.RowsFileName, snapshot.Rows.Length, isExact: true);
        if (snapshot.Codes is { } codes)
            Check(snapshot.CodesFileName, codes.Length, isExact: true);
        var next = 0;
        foreach (var part in snapshot.Parts)
        {
            if (part.FirstBlock != next || part.Blocks <= 0)
                throw new ShardCorruptException(files.InDirectory(snapshot.FileName), "its files of vectors leave a gap.");
            next += part.Blocks;
            var rows = Math.Min(snapshot.RowCount, (long)next * snapshot.BlockRows) - ((long)part.FirstBlock * snapshot.BlockRows);
            Check(part.FileName, rows * dimensions * sizeof(float), isExact: false);
        }

        var blocks = (snapshot.RowCount + snapshot.BlockRows - 1) / snapshot.BlockRows;
        if (next != blocks || snapshot.BlockHashes.Count != blocks)
            throw new ShardCorruptException(files.InDirectory(snapshot.FileName), $"{snapshot.RowCount} rows in {next} blocks of vectors.");

        void Check(string name, long least, bool isExact)
        {
            if (!lengths.TryGetValue(name, out var length))
                throw new ShardCorruptException(files.InDirectory(name), "it is missing.");
            if (length < least || (isExact && length != least))
                throw new ShardCorruptException(files.InDirectory(name), $"{length} bytes, where {least} were written.");
        }
    }

    private byte[] ReadRows(SnapshotFile snapshot)
    {
        var bytes = disk.ReadAll(files.InDirectory(snapshot.RowsFileName));
        if (bytes.Length != snapshot.Rows.Length || XxHash3.HashToUInt64(bytes.AsSpan(Math.Max(0, bytes.Length - RowsSealBytes))) != snapshot.Rows.Seal)
            throw new ShardCorruptException(files.InDirectory(snapshot.RowsFileName), "it is not the file that belongs to the snapshot.");
        return bytes;
    }

    private SavedCodes? OpenCodes(SnapshotFile snapshot, int dimensions)
    {
        if (snapshot.Codes is not { } expected)
            return null;
        var path = files.InDirectory(snapshot.CodesFileName);
        var map = disk.Map(path, expected.Length);
        if (SealOf(map, expected.Length) != expected.Seal)
            throw new ShardCorruptException(path, "it is not the file that belongs to the snapshot.");
        try
        {
            return SavedCodes.Open(map, expected.Length, dimensions);
        }
        catch (InvalidDataException e)
        {
            throw new ShardCorruptException(path, e.Message, e);
        }
    }

    private static unsafe ulong SealOf(SafeBuffer map, long length)
    {
        var seal = XxHash3.HashToUInt64(new ReadOnlySpan<byte>((byte*)map.DangerousGetHandle(), (int)Math.Min(length, CodesSealBytes)));
        GC.KeepAlive(map);
        return seal;
    }

    /// <summary>The blocks in place; in memory, once they are read, where none are to be mapped.</summary>
    private VectorMemory[] Blocks(SnapshotFile snapshot, int dimensions)
    {
        var rowBytes = dimensions * (long)sizeof(float);
        var blockBytes = snapshot.BlockRows * rowBytes;
        var blocks = new List<VectorMemory>();
        foreach (var part in snapshot.Parts)
        {
            var rows = Math.Min(snapshot.RowCount, (long)(part.FirstBlock + part.Blocks) * snapshot.BlockRows) - ((long)part.FirstBlock * snapshot.BlockRows);
            var map = preciseVectors == PreciseVectors.Mapped ? disk.Map(files.InDirectory(part.FileName), rows * rowBytes) : null;
            for (var at = 0L; at < rows * rowBytes; at += blockBytes)
            {
                var bytes = Math.Min(blockBytes, (rows * rowBytes) - at);
                blocks.Add(map is null ? HeapVectorMemory.Instance.Allocate(bytes) : MappedFile.Block(map, at, bytes));
            }
        }

        return [.. blocks];
    }

    private void Verify(SnapshotFile snapshot, VectorMemory[] blocks, SavedCodes? codes, IProgress<int>? progress, CancellationToken cancel)
    {
        foreach (var part in snapshot.Parts)
            Verify(snapshot, part, blocks, progress, cancel);
        try
        {
            codes?.Verify(cancel);
        }
        catch (InvalidDataException e)
        {
            throw new ShardCorruptException(files.InDirectory(snapshot.CodesFileName), e.Message, e);
        }
    }

    private void Verify(SnapshotFile snapshot, VectorPart part, VectorMemory[] blocks, IProgress<int>? progress, CancellationToken cancel)
    {
        var path = files.InDirectory(part.FileName);
        using var file = disk.TryOpenExisting(path) ?? throw new ShardCorruptException(path, "it is missing.");
        var blockBytes = (int)(snapshot.BlockRows * (long)snapshot.Manifest.Descriptor.Dimensions * sizeof(float));
        var damaged = -1;
        Parallel.For(
            0,
            part.Blocks,
            new ParallelOptions { CancellationToken = cancel },
            () => new byte[blockBytes],
            (i, loop, buffer) =>
            {
                var block = part.FirstBlock + i;
                var bytes = buffer.AsSpan(0, (int)Math.Min(blockBytes, blocks[block].Bytes));
                bytes = bytes[..(int)Math.Min(bytes.Length, BytesOf(snapshot, block))];
                if (file.Read(bytes, i * (long)blockBytes) != bytes.Length || XxHash3.HashToUInt64(bytes) != snapshot.BlockHashes[block])
                {
                    Volatile.Write(ref damaged, block);
                    loop.Stop();
                }
                else if (!blocks[block].IsMapped)
                {
                    CopyTo(blocks[block], bytes);
                }

                progress?.Report(100 * block / snapshot.BlockHashes.Count);
                return buffer;
            },
            static _ => { });
        if (damaged >= 0)
            throw new ShardCorruptException(path, $"the vectors from row {damaged * (long)snapshot.BlockRows} on do not fit their checksum.");
    }

    private static long BytesOf(SnapshotFile snapshot, int block) =>
        Math.Min(snapshot.BlockRows, snapshot.RowCount - (block * (long)snapshot.BlockRows)) * snapshot.Manifest.Descriptor.Dimensions * sizeof(float);

    private static unsafe void CopyTo(VectorMemory block, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(new Span<byte>(block.Pointer, bytes.Length));
        GC.KeepAlive(block);
    }
}
