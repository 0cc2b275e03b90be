using System.Runtime.InteropServices;

namespace ClipOrleans.Storage.Files;

/// <summary>A second name for the bytes of a file, which .NET has no call for.</summary>
internal static partial class HardLink
{
    /// <returns>False where that cannot be: no links on this file system, two file systems, too many links. Whoever copies instead hears of a failing device.</returns>
    public static bool TryCreate(string existing, string created) =>
        OperatingSystem.IsWindows() ? CreateHardLink(created, existing, 0) : Link(existing, created) == 0;

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Link(string existing, string created);

    [LibraryImport("kernel32", EntryPoint = "CreateHardLinkW", StringMarshalling = StringMarshalling.Utf16)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool CreateHardLink(string created, string existing, nint security);
}
