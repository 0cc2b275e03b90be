namespace ClipOrleans.EndToEnd.Processes;

/// <summary>A folder of its own under the system's temporary folder, gone with its owner.</summary>
internal sealed class TempFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cliporleans-e2e-");

    public string Path => _folder.FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => _folder.Delete(recursive: true);
}
