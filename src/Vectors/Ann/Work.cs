namespace ClipOrleans.Vectors.Ann;

/// <summary>How long work is carried out: on how many threads, and who may pause or stop it.</summary>
/// <param name="Threads">At least 1.</param>
/// <param name="Breathe">Called by each thread between portions of a few milliseconds; what it does pauses the work.</param>
/// <param name="Cancel">Stops the work with an exception.</param>
internal sealed record Work(int Threads, Action? Breathe, CancellationToken Cancel)
{
    /// <summary>Portions a thread does between two breaths.</summary>
    private const int PortionsPerBreath = 8;

    public ParallelOptions Options => new() { MaxDegreeOfParallelism = Threads, CancellationToken = Cancel };

    /// <summary>Does portions of consecutive items; which thread does which is open.</summary>
    public void For(int count, int portion, Action<int, int> body)
    {
        var portions = (count + portion - 1) / portion;
        if (Threads == 1)
        {
            for (var i = 0; i < portions; i++)
                One(i);
            return;
        }

        Parallel.For(0, portions, Options, One);

        void One(int i)
        {
            if (i % PortionsPerBreath == 0)
            {
                Cancel.ThrowIfCancellationRequested();
                Breathe?.Invoke();
            }

            body(i * portion, Math.Min(count, (i + 1) * portion));
        }
    }
}
