using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SharpFuzz.Common;

namespace ClipOrleans.Fuzz.Engine;

/// <summary>
/// Counts the branches that an input takes, where the assemblies under test were instrumented (`eng/fuzz.sh` does that with
/// copies of them). Without that it stays empty, and inputs are told apart by what comes of them alone.
/// </summary>
internal sealed unsafe class CoverageMap
{
    private const int Bytes = 1 << 16;

    private static readonly byte* Live = (byte*)NativeMemory.AllocZeroed(Bytes);
    private static readonly byte[] Buckets = [.. Enumerable.Range(0, 256).Select(Bucket)];

    private readonly byte[] _seen = new byte[Bytes];

    /// <summary>Branches seen by any input so far.</summary>
    public int Edges { get; private set; }

    /// <summary>Before any instrumented code runs: it writes there without asking.</summary>
    [ModuleInitializer]
    internal static void Begin() => Trace.SharedMem = Live;

    public static void Clear()
    {
        new Span<byte>(Live, Bytes).Clear();
        Trace.PrevLocation = 0;
    }

    /// <summary>Takes what was counted since <see cref="Clear"/>.</summary>
    /// <returns>Whether there is a branch, or a number of its passages, that no input had before.</returns>
    public bool TakeNew()
    {
        var live = new ReadOnlySpan<byte>(Live, Bytes);
        var isNew = false;
        for (var at = live.IndexOfAnyExcept((byte)0); at >= 0;)
        {
            var bucket = Buckets[live[at]];
            if ((_seen[at] & bucket) == 0)
            {
                isNew = true;
                Edges += _seen[at] == 0 ? 1 : 0;
                _seen[at] |= bucket;
            }

            var next = live[(at + 1)..].IndexOfAnyExcept((byte)0);
            at = next < 0 ? -1 : at + 1 + next;
        }

        return isNew;
    }

    /// <summary>The branches of the last input, for choosing a small corpus.</summary>
    public static HashSet<int> Taken()
    {
        var taken = new HashSet<int>();
        for (var at = 0; at < Bytes; at++)
        {
            if (Live[at] != 0)
                taken.Add(at);
        }

        return taken;
    }

    /// <summary>1, 2, 3, 4 to 7, 8 to 15, 16 to 31, 32 to 127, more: how often makes a difference, exactly how often none.</summary>
    private static byte Bucket(int count) => count switch
    {
        0 => 0,
        1 => 1,
        2 => 2,
        3 => 4,
        < 8 => 8,
        < 16 => 16,
        < 32 => 32,
        < 128 => 64,
        _ => 128,
    };
}
