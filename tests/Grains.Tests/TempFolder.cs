namespace ClipOrleans.Grains.Tests;

/// <summary>A folder that is gone with the test.</summary>
internal sealed class TempFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("cliporleans-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
