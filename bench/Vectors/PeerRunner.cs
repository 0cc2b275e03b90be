using System.Globalization;
using System.Text.Json;
using ClipOrleans.Bench.Reports;

namespace ClipOrleans.Bench.Vectors;

/// <summary>
/// Runs the peers' harnesses of bench/Peers as processes of their own. Their indexes are kept beside the data, each with
/// what it cost to build, so that the next run only searches: a million rows build for a quarter of an hour.
/// </summary>
internal sealed class PeerRunner(VectorDataSet data, int threads)
{
    public static readonly string[] Families = ["hnswlib", "usearch", "faiss"];

    // Up to where 0.99 is reached, if it can be; a harness ends its ladder there.
    private const string Efs = "20,40,80,160,320,640,1280,2560";
    private const string Probes = "8,16,32,64,128,256,512,1024";
    private static readonly int[] HnswDegrees = [16, 32];
    private static readonly string[] UsearchScalars = ["f32", "f16", "i8"];

    private static string Sources { get; } = Path.Combine(Machine.Repository, "bench", "Peers");

    private string Kept { get; } = Path.Combine(data.Folder, "peers");

    /// <param name="families">Of <see cref="Families"/>, or a single scalar kind of USearch as <c>usearch-f16</c>.</param>
    /// <param name="fresh">Throws kept indexes away and builds anew.</param>
    public IEnumerable<Contender> Run(IReadOnlyCollection<string> families, bool fresh)
    {
        Directory.CreateDirectory(Kept);
        if (families.Contains("hnswlib"))
        {
            var binary = Path.Combine(VectorDataSet.Cache, "hnswlib_bench");
            PeerProcess.Lines("g++", ["-O3", "-march=native", "-pthread", "-o", binary, Path.Combine(Sources, "hnswlib_bench.cpp")]);
            foreach (var degree in HnswDegrees)
                yield return Measured("hnswlib", $"hnswlib M={degree}", binary, [.. Files, Number(degree), "200", Number(threads), Efs, Index($"hnswlib-{degree}-{threads}t", fresh)]);
        }

        string[] scalars = [.. UsearchScalars.Where(scalar => families.Contains("usearch") || families.Contains($"usearch-{scalar}"))];
        if (scalars.Length > 0)
        {
            var home = InstalledUsearch();
            foreach (var scalar in scalars)
                yield return Usearch(scalar, home, [Path.Combine(Sources, "usearch_bench.mjs"), .. Files, scalar, "16", "200", Efs, Index($"usearch-{scalar}", fresh)]);
        }

        if (families.Contains("faiss"))
        {
            var lists = Math.Max(16, (int)Math.Pow(2, Math.Round(Math.Log2(3.2 * Math.Sqrt(data.Count)))));
            yield return Measured("faiss", $"faiss IVF{lists},SQ8", "/usr/bin/python3", [Path.Combine(Sources, "faiss_bench.py"), .. Files, Number(threads), $"IVF{lists},SQ8", "nprobe", Probes, Index($"faiss-{threads}t", fresh)]);
        }
    }

    private string[] Files => [data.BasePath, data.QueriesPath, data.TruthPath];

    private string Index(string name, bool fresh)
    {
        var path = Path.Combine(Kept, name);
        if (fresh)
        {
            // What it cost first: it is what makes an index count as kept.
            File.Delete(path + ".json");
            File.Delete(path);
        }

        return path;
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string InstalledUsearch()
    {
        var home = Path.Combine(VectorDataSet.Cache, "usearch");
        if (!Directory.Exists(Path.Combine(home, "node_modules", "usearch")))
        {
            Directory.CreateDirectory(home);
            File.WriteAllText(Path.Combine(home, "package.json"), "{\"private\":true}");
            PeerProcess.Lines("npm", ["install", "--prefix", home, "--no-audit", "--no-fund", "usearch@2.25.3"]);
        }

        return home;
    }

    private static Contender Measured(string family, string name, string program, string[] arguments)
    {
        Console.WriteLine($"running {name}");
        var lines = PeerProcess.Lines(program, arguments);
        return Read(family, name, lines[0], lines.Skip(1));
    }

    /// <summary>
    /// Its binding runs on one thread, whatever number it is given (measured): two threads are two processes that search
    /// the same index at the same time, and their rates are added. The first one alone builds, where nothing is kept.
    /// </summary>
    private Contender Usearch(string scalar, string home, string[] arguments)
    {
        Console.WriteLine($"running usearch {scalar}");
        (string, string)[] environment = [("USEARCH_HOME", home), ("USEARCH_TOGETHER", "1")];
        using var first = new PeerProcess("node", arguments, environment);
        var cost = Line(first, arguments);
        var processes = new List<PeerProcess> { first };
        try
        {
            while (processes.Count < threads)
            {
                processes.Add(new PeerProcess("node", arguments, environment));
                Line(processes[^1], arguments);
            }

            return Read("usearch", $"usearch {scalar}", cost, Together(processes, arguments));
        }
        finally
        {
            processes.Skip(1).ToList().ForEach(process => process.Dispose());
        }
    }

    /// <summary>Each effort begins when all have the index loaded.</summary>
    private static List<JsonElement> Together(List<PeerProcess> processes, string[] arguments)
    {
        var points = new List<JsonElement>();
        while (processes.Select(process => process.NextLine()).ToList() is var ready && ready.TrueForAll(line => line is not null))
        {
            processes.ForEach(process => process.Go());
            var parts = processes.Select(process => Line(process, arguments)).ToList();
            points.Add(JsonSerializer.SerializeToElement(new
            {
                effort = Value(parts[0], "effort"),
                recall = Value(parts[0], "recall"),
                qps = parts.Sum(part => Value(part, "qps")),
                cpuMicros = parts.Average(part => Value(part, "cpuMicros")),
            }));
        }

        return points;
    }

    private static JsonElement Line(PeerProcess process, string[] arguments) =>
        process.NextLine() ?? throw new InvalidDataException($"node {string.Join(' ', arguments)} ended too soon.");

    private static Contender Read(string family, string name, JsonElement cost, IEnumerable<JsonElement> points) => new(
        family,
        name,
        new BuildCost(Value(cost, "buildWall"), Value(cost, "buildCpu"), Value(cost, "bytesPerVector"), Value(cost, "bytesPerVector"), BytesWithoutFloats: null),
        [.. points.Select(point => new RecallPoint(Value(point, "effort"), Value(point, "recall"), Value(point, "qps"), Value(point, "cpuMicros")))]);

    private static double Value(JsonElement line, string member) => line.GetProperty(member).GetDouble();
}
