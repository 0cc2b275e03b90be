using System.Runtime.InteropServices;
using ClipOrleans.Bench.Vectors;

namespace ClipOrleans.Bench.Density;

/// <summary>A tenant that is whole in the folder.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Key">Its admin's key.</param>
/// <param name="Way">How its documents came: <see cref="DensityFolder.ByDocuments"/> or <see cref="DensityFolder.ByArchive"/>.</param>
internal sealed record DenseTenant(string Id, string Key, string Way);

/// <summary>The data folder of many tenants, kept for the next run, with a list of those that are whole: making them can be cut short and goes on.</summary>
internal sealed partial class DensityFolder
{
    public const string ByDocuments = "documents";
    public const string ByArchive = "archive";

    private const string DropCaches = "/proc/sys/vm/drop_caches";

    private readonly List<DenseTenant> _tenants;

    private DensityFolder(string path)
    {
        Root = path;
        Directory.CreateDirectory(Archives);
        _tenants = File.Exists(ListPath) ? [.. File.ReadLines(ListPath).Select(Parse)] : [];
    }

    public string Root { get; }

    /// <summary>What the server gets as <c>Storage:Path</c>.</summary>
    public string Data => Path.Combine(Root, "data");

    /// <summary>Archives of the indexes that came document by document.</summary>
    public string Archives => Path.Combine(Root, "archives");

    public IReadOnlyList<DenseTenant> Tenants => _tenants;

    /// <summary>Made by the server at its first start.</summary>
    public string OperatorKey => File.ReadAllText(Path.Combine(Data, "operator.key")).Trim();

    private string ListPath => Path.Combine(Root, "tenants.tsv");

    public static DensityFolder Open(string? path, int documents) =>
        new(RealPath(Path.GetFullPath(path ?? Path.Combine(VectorDataSet.Cache, $"density-{documents}"))));

    /// <summary>From now on it counts as whole, also after a crash of the bench.</summary>
    public void Add(DenseTenant tenant)
    {
        File.AppendAllText(ListPath, $"{tenant.Id}\t{tenant.Key}\t{tenant.Way}\n");
        _tenants.Add(tenant);
    }

    /// <summary>Brings a tenant's files into the system's memory.</summary>
    public void Read(DenseTenant tenant)
    {
        foreach (var path in Directory.EnumerateFiles(Path.Combine(Data, "tenants", tenant.Id), "*", SearchOption.AllDirectories))
            File.ReadAllBytes(path);
    }

    /// <summary>Makes the system forget all files, folders and names that it holds in memory.</summary>
    /// <returns>False where that is not permitted.</returns>
    public static bool TryForgetFiles()
    {
        Sync();
        try
        {
            File.WriteAllText(DropCaches, "3");
            return true;
        }
        catch (Exception fault) when (fault is UnauthorizedAccessException or IOException)
        {
            return false;
        }
    }

    /// <summary>Without links on the way: as the system tells which files are open.</summary>
    private static string RealPath(string path)
    {
        if (Path.GetDirectoryName(path) is not { } above)
            return path;
        var real = Path.Combine(RealPath(above), Path.GetFileName(path));
        return new DirectoryInfo(real) is { Exists: true } there ? there.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? real : real;
    }

    private static DenseTenant Parse(string line) => line.Split('\t') is [var id, var key, var way]
        ? new DenseTenant(id, key, way)
        : throw new InvalidDataException($"'{line}' is no tenant: remove the folder and begin anew.");

    [LibraryImport("libc", EntryPoint = "sync")]
    private static partial void Sync();
}
