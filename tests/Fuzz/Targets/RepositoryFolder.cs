namespace ClipOrleans.Fuzz.Targets;

/// <summary>Files of the repository that the tests run in.</summary>
internal static class RepositoryFolder
{
    public static string Of(params string[] parts)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "ClipOrleans.sln")))
            folder = folder.Parent;
        return folder is null ? throw new InvalidOperationException("The tests do not run inside the repository.") : Path.Combine([folder.FullName, .. parts]);
    }
}
