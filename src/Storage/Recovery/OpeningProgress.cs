namespace ClipOrleans.Storage.Recovery;

/// <summary>
/// Percent of an opening that consists of parts: first a snapshot, then the tail of the log behind it, or the whole log.
/// It never falls, also when a snapshot is given up half-way.
/// </summary>
internal sealed class OpeningProgress(IProgress<int>? progress)
{
    /// <summary>Up to here for the snapshot; what is behind it is mostly short.</summary>
    private const int SnapshotPart = 80;

    private readonly Lock _gate = new();
    private int _percent = -1;

    public IProgress<int> Snapshot => new Part(this, 0, SnapshotPart);

    /// <param name="hasSnapshot">It is only the tail.</param>
    public IProgress<int> Log(bool hasSnapshot) => new Part(this, hasSnapshot ? SnapshotPart : 0, 100);

    private void Report(int percent)
    {
        lock (_gate)
        {
            if (percent <= _percent)
                return;
            _percent = percent;
            progress?.Report(percent);
        }
    }

    private sealed class Part(OpeningProgress whole, int from, int to) : IProgress<int>
    {
        public void Report(int value) => whole.Report(from + (value * (to - from) / 100));
    }
}
