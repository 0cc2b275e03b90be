using ClipOrleans.EndToEnd.Crash;
using ClipOrleans.EndToEnd.Documents;
using ClipOrleans.EndToEnd.Processes;

namespace ClipOrleans.EndToEnd.Cluster.Load;

/// <summary>Steady writers and searchers against all gateways, and the ledger of what was acknowledged.</summary>
internal sealed class ClusterLoad : IAsyncDisposable
{
    public const string Index = "load";
    private const int Moving = 400;
    private const int Still = 300;
    private const int Writers = 4;
    private const int Searchers = 4;

    /// <summary>Of the clients that know the gateways of one side only (<see cref="OnSide"/>): many, since most wait for what they cannot reach.</summary>
    private const int SideWriters = 3;
    private const int SideSearchers = 4;
    private const int Sides = 2;

    /// <summary>They ask for an answer within this time: a side that lacks shards shows what it has, again and again.</summary>
    private const int SideMilliseconds = 500;

    /// <summary>Between two requests of one client: steady, and a machine with two cores is busy but not beyond itself.</summary>
    private static readonly TimeSpan s_pace = TimeSpan.FromMilliseconds(40);

    private readonly ClusterProcesses _cluster;
    private readonly GatewayPool _pool;
    private readonly List<DocumentLedger> _ledgers = [.. Enumerable.Range(0, Moving).Select(static _ => new DocumentLedger())];
    private readonly StillDocuments _still = new(Moving, Still);
    private readonly List<Func<Task>> _clients = [];
    private readonly Random _random;
    private CancellationTokenSource _stop = new();
    private List<Task> _running = [];

    private ClusterLoad(ClusterProcesses cluster, Random random)
    {
        (_cluster, _random) = (cluster, random);
        _pool = GatewayPool.Open(cluster.Gateways, Figures);
        for (var writer = 0; writer < Writers; writer++)
            _clients.Add(new LoadWriter(_pool, Index, OwnedBy(writer), new Random(random.Next()), Figures).WriteAsync);
        for (var searcher = 0; searcher < Searchers; searcher++)
            _clients.Add(new LoadSearcher(_pool, Index, _ledgers, _still, new Random(random.Next()), Figures).SearchAsync);
    }

    public LoadFigures Figures { get; } = new();

    /// <summary>Documents that were read back and compared, all verifications together.</summary>
    public int Verified { get; private set; }

    /// <summary>Makes the index and begins.</summary>
    public static async Task<ClusterLoad> StartAsync(ClusterProcesses cluster, int shards, Random random)
    {
        var load = new ClusterLoad(cluster, random);
        await StoredDocuments.CreateAsync(cluster.Api, SyntheticDocument.IndexBody(Index, shards));
        foreach (var some in load._still.Documents.Chunk(100))
            await StoredDocuments.UpsertAsync(cluster.Api, Index, some.Select(document => document.Body()));
        load.Resume();
        return load;
    }

    public WholenessProbe Probe() => Probe(_cluster.Gateways);

    public WholenessProbe Probe(IEnumerable<SiloProcess> gateways) => new(gateways, Index, _still);

    /// <summary>More writers and searchers, who know these gateways only, until they are told to stop. Nothing is compared meanwhile.</summary>
    /// <param name="side">0 or 1: whose documents they write.</param>
    /// <param name="gateways">Those on their side of a network.</param>
    public LoadSide OnSide(int side, IEnumerable<SiloProcess> gateways)
    {
        var figures = new LoadFigures();
        var pool = GatewayPool.Open(gateways, figures);
        var clients = new List<Func<Task>>();
        for (var writer = 0; writer < SideWriters; writer++)
            clients.Add(new LoadWriter(pool, Index, OwnedBy(Writers + (side * SideWriters) + writer), new Random(_random.Next()), figures).WriteAsync);
        for (var searcher = 0; searcher < SideSearchers; searcher++)
            clients.Add(new LoadSearcher(pool, Index, _ledgers, _still, new Random(_random.Next()), figures, SideMilliseconds).SearchAsync);
        return new LoadSide(pool, figures, clients);
    }

    /// <summary>Fails when a client saw something wrong.</summary>
    public async Task ThrowIfWrongAsync()
    {
        foreach (var failed in _running.Where(static client => client.IsFaulted).ToList())
            await failed;
    }

    /// <summary>Nobody writes any more; all that is under way is answered.</summary>
    public async Task PauseAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running);
        _running = [];
    }

    public void Resume()
    {
        _stop.Dispose();
        _stop = new CancellationTokenSource();
        _running = [.. _clients.Select(client => RunAsync(client, _stop.Token))];
    }

    /// <summary>Lets the clients rest and compares everything with the ledger, through each gateway (I1, I2, I3).</summary>
    public async Task VerifyAsync()
    {
        await PauseAsync();
        foreach (var gateway in _cluster.Gateways)
            Verified += await new ClusterIndex(gateway.Api, Index, _still).VerifyAsync(_ledgers, _random);
        Resume();
    }

    /// <summary>Waits until so many more requests were answered.</summary>
    public async Task ServeAsync(int requests)
    {
        var goal = Figures.Requests + requests;
        await Deadline.UntilAsync(
            () => Task.FromResult(Figures.Requests >= goal || _running.Exists(static client => client.IsFaulted)), Deadline.Long, () => $"{goal} requests: {Figures}");
        await ThrowIfWrongAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _pool.DisposeAsync();
        _stop.Dispose();
    }

    private List<(int Number, DocumentLedger Ledger)> OwnedBy(int writer) =>
        [.. _ledgers.Select((ledger, number) => (number, ledger)).Where(one => one.number % (Writers + (Sides * SideWriters)) == writer)];

    /// <summary>One client, request after request at a steady pace; it ends with the request during which it is told to stop.</summary>
    internal static Task RunAsync(Func<Task> client, CancellationToken stop) => Task.Run(
        async () =>
        {
            using var timer = new PeriodicTimer(s_pace);
            while (!stop.IsCancellationRequested)
            {
                await client();
                await timer.WaitForNextTickAsync(CancellationToken.None);
            }
        },
        CancellationToken.None);
}
