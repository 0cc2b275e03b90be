namespace ClipOrleans.Vectors.Rows;

/// <summary>
/// Finds the rows of an id: a chained hash table whose chains run from the newest row to older ones. A chain only ever
/// grows at its head, so a reader of an older view skips the rows that came later and meets its own newest first.
/// </summary>
/// <remarks>
/// Doubling makes a new <see cref="Table"/>; a view keeps the one it was published with, which holds every row it knows.
/// </remarks>
internal sealed class IdTable
{
    private const int FirstCapacity = 64;

    public IdTable() => Current = new Table(FirstCapacity);

    public Table Current { get; private set; }

    public long Bytes => 3L * sizeof(int) * Current.Capacity;

    public void Append(string id, int row)
    {
        if (row == Current.Capacity)
            Current = Current.Doubled(row);
        Current.Append(Hash(id), row);
    }

    /// <summary>Takes the hashes of all rows, from 0 on; the table is empty.</summary>
    public void Restore(int[] hashes)
    {
        Current = new Table((int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(FirstCapacity, hashes.Length)));
        for (var row = 0; row < hashes.Length; row++)
            Current.Append(hashes[row], row);
    }

    internal static int Hash(string id) => id.GetHashCode(StringComparison.Ordinal);

    internal sealed class Table(int capacity)
    {
        private readonly int[] _heads = new int[capacity];
        private readonly int[] _next = new int[capacity];
        private readonly int[] _hashes = new int[capacity];

        public int Capacity => _heads.Length;

        /// <summary>The newest row below <paramref name="rowCount"/> with this id, dead or alive; −1 without one.</summary>
        public int FindNewest(string id, string[][] ids, int rowCount)
        {
            var hash = Hash(id);
            var row = Volatile.Read(ref _heads[Bucket(hash)]) - 1;
            while (row >= 0)
            {
                if (row < rowCount && _hashes[row] == hash && string.Equals(Column<string>.At(ids, row), id, StringComparison.Ordinal))
                    return row;
                row = _next[row] - 1;
            }

            return -1;
        }

        public void Append(int hash, int row)
        {
            ref var head = ref _heads[Bucket(hash)];
            _hashes[row] = hash;
            _next[row] = head;
            // The row's link is complete before a reader can step onto it.
            Volatile.Write(ref head, row + 1);
        }

        public Table Doubled(int rows)
        {
            var table = new Table(checked(Capacity * 2));
            for (var row = 0; row < rows; row++)
                table.Append(_hashes[row], row);
            return table;
        }

        /// <summary>Capacity is a power of two.</summary>
        private int Bucket(int hash) => hash & (_heads.Length - 1);
    }
}
