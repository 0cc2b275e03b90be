using System.Text.Json;
using ClipOrleans.Bench.Http;
using ClipOrleans.Client.Search;

namespace ClipOrleans.Bench.Cluster;

/// <summary>
/// All layouts have the same files: exact searches must find the same ids with the same scores in the same order.
/// Approximate ones are made with the effort that each process has measured to be enough, so they may miss different
/// documents; what two of them find has the same score in both.
/// </summary>
internal sealed class SameAnswers
{
    private readonly Dictionary<(string Workload, int Request), (string Layout, IReadOnlyList<SearchHit> Hits)> _first = [];

    /// <summary>Exact answers that were compared with those of another layout or an earlier round, and found the same.</summary>
    public int Exact { get; private set; }

    /// <summary>Approximate answers that were compared.</summary>
    public int Approximate { get; private set; }

    /// <summary>How many of those were the same to the last hit.</summary>
    public int ApproximateSame { get; private set; }

    /// <exception cref="InvalidOperationException">An answer contradicts the first one to the same request, or is not whole.</exception>
    public async Task AskAsync(RunningCluster cluster, string index, ClusterWorkload workload)
    {
        var (answers, _) = await LoadLoop.AnswersAsync(cluster.Address, index, 1, workload.Bodies);
        foreach (var answer in answers)
        {
            var response = Read(answer, workload);
            if (_first.TryGetValue((workload.Name, answer.Request), out var first))
                Compare(response, first.Hits, () => $"Request {answer.Request} of '{workload.Name}' is answered otherwise.\n{first.Layout}: {Text(first.Hits)}\n{cluster.Layout.Name}: {Text(response.Hits)}");
            else
                _first.Add((workload.Name, answer.Request), (cluster.Layout.Name, response.Hits));
        }
    }

    private void Compare(SearchResponse answer, IReadOnlyList<SearchHit> first, Func<string> difference)
    {
        var isSame = Text(answer.Hits) == Text(first);
        if (answer.Exact)
            Exact += isSame ? 1 : throw new InvalidOperationException(difference());
        else
        {
            var scores = first.ToDictionary(hit => hit.Id, hit => hit.Score, StringComparer.Ordinal);
            if (answer.Hits.Any(hit => scores.TryGetValue(hit.Id, out var score) && score != hit.Score))
                throw new InvalidOperationException(difference());
            Approximate++;
            ApproximateSame += isSame ? 1 : 0;
        }
    }

    private static SearchResponse Read(TimedAnswer answer, ClusterWorkload workload)
    {
        using var json = JsonDocument.Parse(answer.Body);
        var response = SearchResponse.Parse(json);
        return response.Partial || response.Hits.Count == 0
            ? throw new InvalidOperationException($"Request {answer.Request} of '{workload.Name}' has {response.Hits.Count} hits, partial: {response.Partial}.")
            : response;
    }

    private static string Text(IReadOnlyList<SearchHit> hits) => string.Join(' ', hits.Select(hit => $"{hit.Id}:{hit.Score:R}"));
}
