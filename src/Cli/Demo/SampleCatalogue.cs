using ClipOrleans.Cli.App;

namespace ClipOrleans.Cli.Demo;

/// <summary>Where the sample pictures are: beside a published <c>clip</c>, or in the repository above a built one.</summary>
internal static class SampleCatalogue
{
    private static readonly string Name = Path.Combine("samples", "emoji", "catalogue.ndjson");

    /// <exception cref="CliError">It is in no folder from here up.</exception>
    public static string Find(string home)
    {
        for (var folder = new DirectoryInfo(home); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, Name);
            if (File.Exists(path))
                return path;
        }
        throw new CliError($"{Name} is neither beside clip nor in a folder above it", "Run clip inside the repository, or publish it with \"dotnet publish src/Cli\"");
    }
}
