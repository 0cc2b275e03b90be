using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using ClipOrleans.Bench.Reports;
using ClipOrleans.Bench.Vectors;
using ClipOrleans.Storage;
using ClipOrleans.Vectors;

namespace ClipOrleans.Bench.Churn;

/// <summary>
/// Does recall rot, does memory come back? Five times 30 % of all vectors are deleted at random and as many new ones of the
/// same distribution written, a batch at a time; after each round the index is searched at the same effort as at first, and
/// at last once more without dead rows: what of its memory is theirs comes back with the next compaction.
/// </summary>
internal static class ChurnBench
{
    private const int Rounds = 5;
    private const int Batch = 1000;
    private const double Share = 0.3;
    private const double RecallAtFirst = 0.95;

    public static Command Command()
    {
        var count = new Option<int>("--count") { Description = "Vectors", DefaultValueFactory = _ => 100_000 };
        var seed = new Option<int>("--seed") { Description = "Of the generator and of what is deleted", DefaultValueFactory = _ => 1 };
        var threads = new Option<int>("--threads") { Description = "Of trainings and searches", DefaultValueFactory = _ => 1 };
        var quantization = new Option<Quantization>("--quantization") { Description = "Of the index", DefaultValueFactory = _ => Quantization.Int8 };
        var effort = new Option<double?>("--effort") { Description = $"Effort level; default: the least that reaches {RecallAtFirst.ToString(CultureInfo.InvariantCulture)} at first" };
        var command = new Command("churn", "Recall, speed and memory after deletions and insertions") { count, seed, threads, quantization, effort };
        command.SetAction(parsed => Run(
            parsed.GetValue(count), parsed.GetValue(seed), parsed.GetValue(threads), parsed.GetValue(quantization), parsed.GetValue(effort)));
        return command;
    }

    private static int Run(int count, int seed, int threads, Quantization quantization, double? prescribed)
    {
        var data = VectorDataSet.Open(count, VectorsBench.Dimensions, seed);
        var generator = new ClipLikeVectors(count, VectorsBench.Dimensions, seed);
        var filled = BenchCollection.Filled(data, BenchCollection.Options(quantization, PreciseVectors.Mapped));
        filled.Train(threads);
        var collection = new ChurnedCollection(filled, threads);
        var live = new LiveRows(data.Vectors, data.Dimensions);
        var effort = prescribed ?? LeastEffort(data, filled.View, threads);

        var rounds = new List<Round> { Measured(data.AllQueries, collection, live, effort, threads, seconds: 0) };
        var random = new Random(seed);
        for (var round = 1; round <= Rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            Churn(collection, live, generator.Images((int)(Share * count), round * ClipLikeVectors.Chunks(count)), random);
            var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            rounds.Add(Measured(data.AllQueries, collection, live, effort, threads, seconds));
        }

        collection.Compact();
        rounds.Add(Measured(data.AllQueries, collection, live, effort, threads, seconds: 0));
        Write(count, threads, quantization, effort, rounds);
        return 0;
    }

    private static double LeastEffort(VectorDataSet data, CollectionView view, int threads) =>
        CollectionContender.Ladder(data, view, threads).FirstOrDefault(point => point.Recall >= RecallAtFirst)?.Effort
        ?? throw new InvalidOperationException($"No effort reaches a recall of {RecallAtFirst}.");

    private static void Churn(ChurnedCollection collection, LiveRows live, float[] fresh, Random random)
    {
        var dimensions = VectorsBench.Dimensions;
        var slots = Enumerable.Range(0, live.Ids.Length).ToArray();
        random.Shuffle(slots);
        foreach (var (number, batch) in slots.Take(fresh.Length / dimensions).Chunk(Batch).Index())
        {
            foreach (var (i, slot) in batch.Index())
            {
                collection.Delete(live.Ids[slot]);
                live.Replace(slot, fresh.AsSpan(((number * Batch) + i) * dimensions, dimensions));
                collection.Upsert(live.Ids[slot], live.Vector(slot));
            }

            collection.Publish();
        }
    }

    private static Round Measured(VectorQueries queries, ChurnedCollection collection, LiveRows live, double effort, int threads, double seconds)
    {
        var current = collection.Current;
        if (current.LiveRows != live.Ids.Length)
            throw new InvalidDataException($"The index holds {current.LiveRows} documents, {live.Ids.Length} were written and not deleted.");
        var truth = live.Truth(queries);
        var options = BenchCollection.WithEffort(effort);
        SearchPass.Run(current.View, queries, threads, _ => options); // warms
        var pass = SearchPass.Run(current.View, queries, threads, _ => options);
        return new Round(
            pass.Recall(query => truth[query]), pass.Qps, pass.CpuMicros, (double)current.Memory.InMemory / live.Ids.Length,
            (double)current.Memory.Mapped / live.Ids.Length, (double)current.DeadRows / live.Ids.Length, collection.Compactions, collection.Trainings, seconds);
    }

    private static void Write(int count, int threads, Quantization quantization, double effort, List<Round> rounds)
    {
        var report = new Report(string.Create(CultureInfo.InvariantCulture, $"churn-{count / 1000}k{(quantization == Quantization.Int8 ? "" : $"-{quantization.ToString().ToLowerInvariant()}")}"), "Vector index under churn");
        report.Line($"{count:N0} CLIP-like vectors of {VectorsBench.Dimensions} dimensions, {quantization.ToString().ToLowerInvariant()}; each round deletes {Text(100 * Share, "F0")} % at random and writes as many, "
            + $"{Batch:N0} at a time. Recall@10 against exact truth at effort {Text(effort, "0.#")}, {threads} thread(s).");
        report.Line();
        report.Table(
            ["round", "recall@10", "queries/s", "µs of processor per query", "bytes in memory per document", "mapped", "dead rows per document", "compactions so far", "trainings so far", "the round took, s"],
            rounds.Select((round, i) => (string[])
            [
                i <= Rounds ? $"{i}" : $"{Rounds}, compacted", Text(round.Recall, "F4"), Text(round.Qps, "F0"), Text(round.CpuMicros, "F0"), Text(round.Bytes, "F0"), Text(round.Mapped, "F0"),
                Text(round.Dead, "F2"), $"{round.Compactions}", $"{round.Trainings}", Text(round.Seconds, "F1"),
            ]));
        var (first, last, compacted) = (rounds[0], rounds[Rounds], rounds[^1]);
        report.Line($"From first to last: recall {Text(100 * (last.Recall - first.Recall), "+0.00;-0.00")} points (may lose 0.5), "
            + $"memory × {Text(last.Bytes / first.Bytes, "F2")} as the rule of compaction leaves it, × {Text(compacted.Bytes / first.Bytes, "F2")} without dead rows (may grow to 1.10), queries/s × {Text(last.Qps / first.Qps, "F2")}.");
        report.Write();
    }

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private sealed record Round(double Recall, double Qps, double CpuMicros, double Bytes, double Mapped, double Dead, int Compactions, int Trainings, double Seconds);
}
