using System.Diagnostics;

namespace ClipOrleans.EndToEnd.Faults;

/// <summary>A file system of a few megabytes, in memory, that can be full; gone with its owner.</summary>
internal sealed class SmallFileSystem : IDisposable
{
    private readonly DirectoryInfo _folder;

    private SmallFileSystem(DirectoryInfo folder) => _folder = folder;

    public string Path => _folder.FullName;

    private string Ballast => System.IO.Path.Combine(Path, "ballast");

    /// <summary>Skips the test where nothing can be mounted.</summary>
    public static SmallFileSystem Mount(int megabytes)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "mounting a small file system is for root");
        var folder = Directory.CreateTempSubdirectory("cliporleans-small-");
        if (Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", folder.FullName))
            return new SmallFileSystem(folder);
        folder.Delete();
        Assert.Skip("mounting is not allowed here");
        throw new UnreachableException();
    }

    /// <summary>Takes room, to the last byte but so many.</summary>
    public void Fill(long leave)
    {
        var drive = new DriveInfo(Path);
        File.WriteAllBytes(Ballast, new byte[drive.AvailableFreeSpace - leave]);
    }

    public void MakeRoom() => File.Delete(Ballast);

    public void Dispose()
    {
        Assert.True(Run("umount", "--lazy", Path));
        _folder.Delete();
    }

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
