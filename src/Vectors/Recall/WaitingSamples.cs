namespace ClipOrleans.Vectors.Recall;

/// <summary>
/// Samples on their way to be measured, bounded. When there is no room the newest is dropped: those that wait are as good
/// a picture of the traffic, and a search has better to do than to tidy up. Each band has some places to itself, so that
/// a busy one cannot keep a rare one from ever being measured. Not synchronised.
/// </summary>
internal sealed class WaitingSamples
{
    /// <summary>Samples that may wait: what one pass over the rows measures together.</summary>
    public const int Capacity = 32;

    /// <summary>Places that only the band itself can take.</summary>
    private const int OwnPlaces = 4;

    private static readonly int s_openPlaces = Capacity - (SelectivityBand.Count * OwnPlaces);

    private readonly List<RecallSample> _samples = new(Capacity);
    private readonly int[] _perBand = new int[SelectivityBand.Count];
    private int _inOpenPlaces;

    public int Count => _samples.Count;

    public bool HasRoom(int band) => _perBand[band] < OwnPlaces || _inOpenPlaces < s_openPlaces;

    /// <summary>For a band that <see cref="HasRoom"/>.</summary>
    public void Add(RecallSample sample)
    {
        if (_perBand[sample.Band]++ >= OwnPlaces)
            _inOpenPlaces++;
        _samples.Add(sample);
    }

    /// <summary>Everything that waits, in the order of arrival; nothing waits afterwards.</summary>
    public RecallSample[] TakeAll()
    {
        RecallSample[] all = [.. _samples];
        _samples.Clear();
        Array.Clear(_perBand);
        _inOpenPlaces = 0;
        return all;
    }
}
