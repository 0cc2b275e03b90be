using System.CommandLine;
using ClipOrleans.Bench.Vectors;
using ClipOrleans.Storage;
using ClipOrleans.Vectors;
using ClipOrleans.Vectors.Recall;

namespace ClipOrleans.Bench.Filters;

/// <summary>
/// Is the promised recall kept under every filter, at what speed, and does the index know? Shares from 50 % to 0.01 %, each
/// chosen at random, as the query's neighbourhood, and as what is farthest from it.
/// </summary>
internal static class FiltersBench
{
    private const int Repeats = 5;

    public static Command Command()
    {
        var count = new Option<int>("--count") { Description = "Vectors", DefaultValueFactory = _ => 100_000 };
        var seed = new Option<int>("--seed") { Description = "Of the generator and of the filters", DefaultValueFactory = _ => 1 };
        var threads = new Option<int>("--threads") { Description = "Of builds and searches", DefaultValueFactory = _ => 1 };
        var queries = new Option<int>("--queries") { Description = "Measured in each cell; the rest of the thousand are the traffic that the monitor learns from", DefaultValueFactory = _ => 400 };
        var target = new Option<double>("--target") { Description = "Recall@10 that is promised", DefaultValueFactory = _ => 0.99 };
        var quantization = new Option<Quantization>("--quantization") { Description = "Of the index", DefaultValueFactory = _ => Quantization.Int8 };
        var mixed = new Option<bool>("--mixed") { Description = "One monitor for the traffic of all cells, as in a server that sees them all; default: each cell by itself" };
        var command = new Command("filters", "Recall, speed and reported recall under filters") { count, seed, threads, queries, target, quantization, mixed };
        command.SetAction(parsed =>
        {
            var data = VectorDataSet.Open(parsed.GetValue(count), VectorsBench.Dimensions, parsed.GetValue(seed));
            var options = BenchCollection.Options(parsed.GetValue(quantization), PreciseVectors.Mapped, parsed.GetValue(target));
            Run(data, parsed.GetValue(seed), parsed.GetValue(threads), parsed.GetValue(queries), options, parsed.GetValue(mixed));
            return 0;
        });
        return command;
    }

    private static void Run(VectorDataSet data, int seed, int threads, int queries, CollectionOptions options, bool mixed)
    {
        var workload = new FilterWorkload(data, CellPartition.Open(data, seed), seed);
        var truth = FilterTruth.Open(data, workload, queries, seed);
        Console.WriteLine($"building, {options.Quantization}");
        var collection = BenchCollection.Filled(data, options, FilterWorkload.Schema, workload.ValuesOf);
        collection.Train(threads);

        var ladder = CollectionContender.Ladder(data, collection.View, threads);
        var teacher = new CellMonitor(workload, collection.View, data.AllQueries with { First = queries, Count = data.QueryCount - queries });
        var monitors = Monitors(teacher, options.TargetRecall, mixed);
        var results = new List<CellResult>();
        foreach (var (number, cell) in FilterCell.All.Index())
        {
            Console.WriteLine($"measuring {cell.Percent} %, {cell.Relation}");
            var reported = mixed ? null : teacher.Learn(cell, monitors[number]);
            results.Add(Measured(cell, workload, collection.View, data.AllQueries with { Count = queries }, threads, monitors[number], query => truth.Best(number, query)) with { Reported = reported });
        }

        if (mixed)
            results = [.. results.Select((result, i) => result with { Reported = teacher.Evidence(result.Cell, monitors[i]) })];
        new FiltersReport(data, threads, queries, options, mixed).Write(results, ladder);
    }

    /// <summary>One for each cell, still to learn; or one for all that has learnt from all in turn.</summary>
    private static RecallMonitor[] Monitors(CellMonitor teacher, double target, bool mixed)
    {
        if (!mixed)
            return [.. FilterCell.All.Select(_ => new RecallMonitor(target))];
        var shared = new RecallMonitor(target);
        teacher.LearnAll(shared);
        return [.. FilterCell.All.Select(_ => shared)];
    }

    private static CellResult Measured(
        FilterCell cell, FilterWorkload workload, CollectionView view, VectorQueries queries, int threads, RecallMonitor monitor, Func<int, ReadOnlyMemory<int>> truth)
    {
        var choices = Enumerable.Range(0, queries.Count).Select(query => workload.Choice(cell, query)).ToArray();
        var matches = cell.Matches((int)view.Count);
        var effort = monitor.EffortFor((double)matches / view.Count);
        var options = choices.Select(choice => BenchCollection.WithEffort(effort) with { Filter = choice?.Filter() }).ToArray();
        SearchPass.Run(view, queries, threads, query => options[query]); // warms
        var passes = Enumerable.Range(0, Repeats).Select(_ => SearchPass.Run(view, queries, threads, query => options[query])).OrderBy(pass => pass.Seconds).ToList();
        var median = passes[Repeats / 2];
        Check(median, choices, matches);
        var plans = string.Join(", ", median.Outcomes.Select(outcome => outcome.Plan.Name).Distinct().Order(StringComparer.Ordinal));
        return new CellResult(cell, plans, median.Outcomes.All(outcome => outcome.Plan.IsExact) ? null : effort, median.Recall(truth), Reported: null, median);
    }

    /// <exception cref="InvalidDataException">The index counted or found what the filter does not allow: its figures mean nothing.</exception>
    private static void Check(SearchPass pass, RowChoice?[] choices, int matches)
    {
        foreach (var (query, outcome) in pass.Outcomes.Index())
        {
            if (outcome.Matched != matches)
                throw new InvalidDataException($"Query {query}: {outcome.Matched} rows matched, {matches} do.");
            foreach (var hit in outcome.Hits)
            {
                if (choices[query]?.Has((int)hit.Locator) == false)
                    throw new InvalidDataException($"Query {query}: row {hit.Locator} was found and does not match.");
            }
        }
    }
}
