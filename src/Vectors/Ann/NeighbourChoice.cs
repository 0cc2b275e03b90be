using System.Runtime.CompilerServices;
using ClipOrleans.Vectors.Codes;

namespace ClipOrleans.Vectors.Ann;

/// <summary>
/// Chooses neighbours that lead in different directions: a candidate is left out when one already chosen is clearly
/// nearer to it than the vertex itself is (the relative neighbourhood rule with slack, Subramanya et al., DiskANN, 2019).
/// </summary>
internal sealed unsafe class NeighbourChoice
{
    private readonly VertexStore _vertices;
    private readonly float _slack;
    private readonly short[] _components;
    private readonly short* _componentsPointer;
    private readonly int[] _chosen;

    /// <param name="vertices">Where codes are.</param>
    /// <param name="slack">How many times nearer, in squared distance, the chosen one must be: 1 or more.</param>
    public NeighbourChoice(VertexStore vertices, float slack)
    {
        _vertices = vertices;
        _slack = slack;
        _components = GC.AllocateArray<short>(vertices.Layout.Bytes, pinned: true);
        _componentsPointer = (short*)Unsafe.AsPointer(ref _components[0]);
        _chosen = new int[vertices.Degree];
    }

    /// <summary>Chooses at most <paramref name="limit"/> of the candidates, which come nearest first.</summary>
    public ReadOnlySpan<int> Choose(ReadOnlySpan<Neighbour> candidates, int limit)
    {
        var count = 0;
        var codeBytes = _vertices.Layout.Bytes;
        foreach (var candidate in candidates)
        {
            if (count == limit)
                break;
            var vertex = _vertices.Vertex(candidate.Row);
            Widen((sbyte*)vertex, _componentsPointer, codeBytes);
            var sum = _vertices.Sum(candidate.Row);
            var leadsElsewhere = true;
            for (var i = 0; i < count && leadsElsewhere; i++)
            {
                var distance = sum - Nearness.Score(_componentsPointer, _vertices.Vertex(_chosen[i]), codeBytes);
                leadsElsewhere = _slack * distance > candidate.Distance;
            }

            if (leadsElsewhere)
                _chosen[count++] = candidate.Row;
        }

        return _chosen.AsSpan(0, count);
    }

    /// <summary>A code as query components.</summary>
    public static void Widen(sbyte* code, short* components, int codeBytes)
    {
        for (var i = 0; i < codeBytes - CodeLayout.SumBytes; i++)
            components[i] = code[i];
        for (var i = codeBytes - CodeLayout.SumBytes; i < codeBytes; i++)
            components[i] = 0;
    }
}
