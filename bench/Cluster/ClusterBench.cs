using System.CommandLine;
using ClipOrleans.Bench.Http;
using ClipOrleans.Bench.Servers;
using ClipOrleans.Bench.Vectors;
using ClipOrleans.Client.Indexes;

namespace ClipOrleans.Bench.Cluster;

/// <summary>What distribution costs: the same index in one process, behind a gateway, and on three silos, in turn on one machine.</summary>
internal static class ClusterBench
{
    private const string Index = "bench-cluster";

    /// <summary>Requests whose answers are compared; exact ones read every vector.</summary>
    private const int Compared = 200;
    private const int ComparedExactly = 40;

    /// <summary>Warm-up at each number of connections, in shares of a measurement: the server's code is compiled anew while it is used.</summary>
    private const int WarmUps = 2;

    private static readonly int[] Connections = [1, 8, 32];

    public static Command Command()
    {
        var count = new Option<int>("--count") { Description = "Vectors", DefaultValueFactory = _ => 100_000 };
        var shards = new Option<int>("--shards") { Description = "Of the index", DefaultValueFactory = _ => 12 };
        var seed = new Option<int>("--seed") { Description = "Of the generator", DefaultValueFactory = _ => 1 };
        var requests = new Option<int>("--requests") { Description = "Of each measurement, all connections together", DefaultValueFactory = _ => 3_200 };
        var rounds = new Option<int>("--rounds") { Description = "How often each layout is started and measured, in turn", DefaultValueFactory = _ => 3 };
        var command = new Command("cluster", "What distribution costs: one process, a gateway and a silo, a gateway and three silos") { count, shards, seed, requests, rounds };
        command.SetAction((parsed, _) => RunAsync(
            parsed.GetValue(count), parsed.GetValue(shards), parsed.GetValue(seed), parsed.GetValue(requests), parsed.GetValue(rounds)));
        return command;
    }

    private static async Task<int> RunAsync(int count, int shards, int seed, int requests, int rounds)
    {
        var data = VectorDataSet.Open(count, VectorsBench.Dimensions, seed);
        await using var store = await RedisStore.StartAsync();
        var folder = Directory.CreateTempSubdirectory("cliporleans-bench-");
        try
        {
            await LoadAsync(data, shards, folder.FullName, store);
            var (answers, report) = (new SameAnswers(), new ClusterReport(data, shards, requests));
            var workloads = ClusterWorkload.Of(data, requests);
            for (var round = 0; round < rounds; round++)
            {
                // Each round begins with another layout, so that none is always the first or the last.
                foreach (var layout in ClusterLayout.All.Index().OrderBy(pair => (pair.Index + round) % ClusterLayout.All.Count).Select(pair => pair.Item))
                {
                    Console.WriteLine($"round {round + 1} of {rounds}: {layout.Name}");
                    await using var cluster = await RunningCluster.StartAsync(layout, folder.FullName, store);
                    await MeasureAsync(cluster, data, workloads, answers, report);
                    await cluster.StopAsync();
                }
            }

            report.Write(answers);
            return 0;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task LoadAsync(VectorDataSet data, int shards, string folder, RedisStore store)
    {
        await using var cluster = await RunningCluster.StartAsync(ClusterLayout.One, folder, store);
        var definition = new IndexDefinition
        {
            Name = Index,
            Model = "none",
            Dimensions = data.Dimensions,
            Shards = shards,
            Fields = [new FieldDefinition(ClusterWorkload.Field, FieldType.Keyword)],
        };
        var (load, training) = await ServedVectors.LoadAsync(cluster.Client, cluster.Processes[0], definition, data, ClusterWorkload.Metadata);
        Console.WriteLine($"{data.Count} vectors loaded in {load:F1} s, trained and idle {training:F1} s later");
        await cluster.StopAsync();
    }

    private static async Task MeasureAsync(
        RunningCluster cluster, VectorDataSet data, IReadOnlyList<ClusterWorkload> workloads, SameAnswers answers, ClusterReport report)
    {
        var spread = await ShardSpread.UntilEvenAsync(cluster, Index);
        report.Spread(cluster.Layout, spread);

        foreach (var workload in workloads)
            await answers.AskAsync(cluster, Index, workload with { Bodies = workload.Bodies[..Math.Min(Compared, workload.Bodies.Length)] });
        foreach (var workload in ClusterWorkload.Exact(data, ComparedExactly))
            await answers.AskAsync(cluster, Index, workload);

        foreach (var workload in workloads)
        {
            for (var i = 0; i < WarmUps; i++)
                await LoadLoop.AnswersAsync(cluster.Address, Index, Connections[^(i + 1)], workload.Bodies);
        }

        await IdleServers.UntilAsync([.. cluster.Processes]);
        foreach (var workload in workloads)
        {
            foreach (var connections in Connections)
                report.Add(cluster.Layout, workload, connections, await ClusterRun.MeasureAsync(cluster, Index, workload, connections));
        }

        report.Moved(await spread.MovedSinceAsync(cluster));
    }
}
