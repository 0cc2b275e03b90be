namespace ClipOrleans.Fuzz.Engine;

/// <summary>The inputs that showed something new, from which new ones are made.</summary>
internal sealed class Corpus
{
    /// <summary>More only dilute: one that is found then takes the place of another.</summary>
    private const int Most = 4_096;

    private readonly List<byte[]> _inputs = [];
    private readonly HashSet<string> _outcomes = new(StringComparer.Ordinal);
    private int _seeds;

    public int Count => _inputs.Count;

    public IReadOnlyList<byte[]> Inputs => _inputs;

    /// <summary>Different things that came of inputs.</summary>
    public int Outcomes => _outcomes.Count;

    public void AddSeed(byte[] input)
    {
        _inputs.Add(input);
        _seeds = _inputs.Count;
    }

    /// <returns>Whether nothing like it came before.</returns>
    public bool IsNew(string outcome) => _outcomes.Count < Most && _outcomes.Add(outcome);

    public void Add(byte[] input, Random chance)
    {
        if (_inputs.Count < Most)
            _inputs.Add(input);
        else
            _inputs[chance.Next(_seeds, _inputs.Count)] = input;
    }

    /// <summary>One to go on from: half the time one of the newest quarter.</summary>
    public byte[] Pick(Random chance) =>
        _inputs[chance.Next(2) == 0 ? chance.Next(_inputs.Count) : chance.Next(_inputs.Count * 3 / 4, _inputs.Count)];
}
