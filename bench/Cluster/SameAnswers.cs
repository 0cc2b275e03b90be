using System.Text.Json;
using ClipOrleans.Bench.Http;
using ClipOrleans.Client.Search;

namespace ClipOrleans.Bench.Cluster;

/// <summary>All layouts have the same files, so they must give the same ids and the same scores.</summary>
internal sealed class SameAnswers
{
    private readonly Dictionary<(string Workload, int Request), (string Layout, string Hits)> _first = [];

    /// <summary>Answers that were compared with those of another layout or an earlier round.</summary>
    public int Compared { get; private set; }

    /// <exception cref="InvalidOperationException">An answer is another one than the first to the same request, or not whole.</exception>
    public async Task AskAsync(RunningCluster cluster, string index, ClusterWorkload workload)
    {
        var (answers, _) = await LoadLoop.AnswersAsync(cluster.Address, index, 1, workload.Bodies);
        foreach (var answer in answers)
        {
            var hits = Hits(answer, workload);
            if (!_first.TryGetValue((workload.Name, answer.Request), out var first))
            {
                _first.Add((workload.Name, answer.Request), (cluster.Layout.Name, hits));
                continue;
            }

            if (hits != first.Hits)
                throw new InvalidOperationException($"Request {answer.Request} of '{workload.Name}' is answered otherwise.\n{first.Layout}: {first.Hits}\n{cluster.Layout.Name}: {hits}");
            Compared++;
        }
    }

    private static string Hits(TimedAnswer answer, ClusterWorkload workload)
    {
        using var json = JsonDocument.Parse(answer.Body);
        var response = SearchResponse.Parse(json);
        if (response.Partial || response.Hits.Count == 0)
            throw new InvalidOperationException($"Request {answer.Request} of '{workload.Name}' has {response.Hits.Count} hits, partial: {response.Partial}.");
        return string.Join(' ', response.Hits.Select(hit => $"{hit.Id}:{hit.Score:R}"));
    }
}
