namespace ClipOrleans.Vectors.Ann;

/// <summary>A row and its squared distance in code units.</summary>
internal readonly record struct Neighbour(int Row, int Distance) : IComparable<Neighbour>
{
    public int CompareTo(Neighbour other) => Distance != other.Distance ? Distance.CompareTo(other.Distance) : Row.CompareTo(other.Row);
}
