using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ClipOrleans.Bench.Reports;

namespace ClipOrleans.Bench.Vectors;

/// <summary>Runs the peers' harnesses of bench/Peers as processes of their own and reads their lines of JSON.</summary>
internal static class PeerRunner
{
    private const string HnswEfs = "20,40,80,160,320,640,1280";
    private const string UsearchEfs = "40,80,160,320,640,1280";
    private static readonly string[] AllUsearch = ["f32", "f16", "i8"];

    private static string Sources { get; } = Path.Combine(Machine.Repository, "bench", "Peers");

    public static IEnumerable<Contender> Hnswlib(VectorDataSet data, int threads, IEnumerable<int> degrees)
    {
        var binary = Path.Combine(VectorDataSet.Cache, "hnswlib_bench");
        Run("g++", ["-O3", "-march=native", "-pthread", "-o", binary, Path.Combine(Sources, "hnswlib_bench.cpp")]);
        foreach (var degree in degrees)
            yield return Measure($"hnswlib M={degree}", binary, [.. Files(data), Number(degree), "200", Number(threads), HnswEfs]);
    }

    public static Contender Faiss(VectorDataSet data, int threads)
    {
        var lists = Math.Max(16, (int)Math.Pow(2, Math.Round(Math.Log2(3.2 * Math.Sqrt(data.Count)))));
        return Measure($"faiss IVF{lists},SQ8", "/usr/bin/python3", [Path.Combine(Sources, "faiss_bench.py"), .. Files(data), Number(threads), $"IVF{lists},SQ8", "nprobe", "8,16,32,64,128,256"]);
    }

    public static IEnumerable<Contender> Usearch(VectorDataSet data)
    {
        var home = Path.Combine(VectorDataSet.Cache, "usearch");
        if (!Directory.Exists(Path.Combine(home, "node_modules", "usearch")))
        {
            Directory.CreateDirectory(home);
            File.WriteAllText(Path.Combine(home, "package.json"), "{\"private\":true}");
            Run("npm", ["install", "--prefix", home, "--no-audit", "--no-fund", "usearch@2.25.3"]);
        }

        foreach (var quantization in AllUsearch)
            yield return Measure($"usearch {quantization}", "node", [Path.Combine(Sources, "usearch_bench.mjs"), .. Files(data), quantization, "16", "200", UsearchEfs], ("USEARCH_HOME", home));
    }

    private static string[] Files(VectorDataSet data) => [data.BasePath, data.QueriesPath, data.TruthPath];

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static Contender Measure(string name, string program, string[] arguments, params (string Name, string Value)[] environment)
    {
        Console.WriteLine($"running {name}");
        var lines = Run(program, arguments, environment).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement).ToList();
        double Value(JsonElement line, string member) => line.GetProperty(member).GetDouble();
        var points = lines.Skip(1).Select(line => new RecallPoint(line.GetProperty("effort").GetInt32(), Value(line, "recall"), Value(line, "qps"), Value(line, "cpuMicros")));
        return new Contender(name, Value(lines[0], "buildWall"), Value(lines[0], "buildCpu"), Value(lines[0], "bytesPerVector"), [.. points]);
    }

    private static string Run(string program, string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}.");
    }
}
