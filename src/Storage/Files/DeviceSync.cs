using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ClipOrleans.Storage.Files;

/// <summary>The two ways of forcing that .NET has no call for.</summary>
internal static partial class DeviceSync
{
    /// <summary>
    /// Forces a file's bytes, and of its metadata only what reading them needs: on Linux the plain fsync of .NET would also
    /// commit the time of the last change to the journal of the file system, every time.
    /// </summary>
    public static void File(SafeFileHandle handle)
    {
        if (!OperatingSystem.IsLinux())
            RandomAccess.FlushToDisk(handle);
        else if (Fdatasync(handle) != 0)
            throw Failed("fdatasync of a log file");
    }

    /// <summary>Forces the names in a directory: a file just created or renamed has one only after this.</summary>
    public static void Directory(string directory)
    {
        var descriptor = Open(directory, flags: 0);
        if (descriptor < 0)
            throw Failed($"open of directory '{directory}'");
        try
        {
            if (Fsync(descriptor) != 0)
                throw Failed($"fsync of directory '{directory}'");
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static IOException Failed(string what)
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException($"{what}: {Marshal.GetPInvokeErrorMessage(error)} ({error}).", error);
    }

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Fdatasync(SafeFileHandle handle);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int descriptor);
}
