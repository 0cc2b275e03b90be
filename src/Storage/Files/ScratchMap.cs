using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using ClipOrleans.Vectors.Rows;
using Microsoft.Win32.SafeHandles;

namespace ClipOrleans.Storage.Files;

/// <summary>
/// A file of derived data, mapped into memory. It has no name from the moment it exists (on Windows: from when it is
/// closed), so the system takes its space back when nothing refers to the map any more, and when the process dies.
/// Nothing is ever forced: the system writes it out when it wants the memory for something else.
/// </summary>
internal sealed unsafe partial class ScratchMap : VectorMemory
{
    private const int Interrupted = 4;
    private const int InvalidArgument = 22;
    private const int NotImplemented = 38;
    private const int NotSupported = 95;
    private const int ZeroesAtOnce = 1 << 20;

    /// <summary>Ends the map when it is collected, which is when nobody can read it.</summary>
    private readonly SafeMemoryMappedViewHandle _view;

    private ScratchMap(SafeMemoryMappedViewHandle view, long bytes)
        : base((float*)view.DangerousGetHandle(), bytes, isMapped: true)
    {
        _view = view;

        // A few objects stand for much of the device: without being told the collector would be in no hurry.
        GC.AddMemoryPressure(bytes);
    }

    ~ScratchMap() => GC.RemoveMemoryPressure(Bytes);

    /// <param name="path">Where the file is made; nothing may be there.</param>
    /// <param name="bytes">All of them are reserved on the device: a map of missing blocks would kill the process when they are first touched.</param>
    /// <exception cref="IOException">There is no room, or the device failed. Nothing is left behind.</exception>
    public static ScratchMap Create(string path, long bytes)
    {
        var options = OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None;
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, options);
        if (!OperatingSystem.IsWindows())
            File.Delete(path);
        Reserve(file, path, bytes);
        using var mapped = MemoryMappedFile.CreateFromFile(file, mapName: null, bytes, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
        return new ScratchMap(mapped.CreateViewAccessor(0, bytes, MemoryMappedFileAccess.ReadWrite).SafeMemoryMappedViewHandle, bytes);
    }

    private static void Reserve(SafeFileHandle file, string path, long bytes)
    {
        var error = OperatingSystem.IsLinux() ? Allocate(file, bytes) : NotSupported;
        switch (error)
        {
            case 0:
                return;
            case InvalidArgument or NotImplemented or NotSupported:
                WriteZeroes(file, bytes);
                return;
            default:
                throw new IOException(
                    $"There is no room for {bytes} more bytes of mapped vectors in '{Path.GetDirectoryName(path)}': {Marshal.GetPInvokeErrorMessage(error)} ({error}).", error);
        }
    }

    private static int Allocate(SafeFileHandle file, long bytes)
    {
        int error;
        do
        {
            error = PosixFallocate(file, 0, bytes);
        }
        while (error == Interrupted);
        return error;
    }

    private static void WriteZeroes(SafeFileHandle file, long bytes)
    {
        var zeroes = new byte[ZeroesAtOnce];
        for (var at = 0L; at < bytes; at += ZeroesAtOnce)
            RandomAccess.Write(file, zeroes.AsSpan(0, (int)Math.Min(ZeroesAtOnce, bytes - at)), at);
    }

    /// <returns>An error number, not by way of errno.</returns>
    [LibraryImport("libc", EntryPoint = "posix_fallocate")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int PosixFallocate(SafeFileHandle file, long offset, long bytes);
}
