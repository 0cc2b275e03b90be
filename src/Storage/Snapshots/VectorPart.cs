namespace ClipOrleans.Storage.Snapshots;

/// <summary>Blocks of vectors in one file, from its beginning on: block b of the shard is block b − FirstBlock of the file.</summary>
/// <param name="Number">Of the file's name.</param>
/// <param name="Epoch">Of the file's name.</param>
/// <param name="FirstBlock">The first that the file has.</param>
/// <param name="Blocks">How many of them count.</param>
internal readonly record struct VectorPart(long Number, long Epoch, int FirstBlock, int Blocks)
{
    public string FileName => new SnapshotName(SnapshotName.Vectors, Number, Epoch).ToString();
}
