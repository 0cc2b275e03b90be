namespace ClipOrleans.Storage.Log;

/// <summary>Records of a log by their address, for any number of threads.</summary>
internal interface IRecordReader
{
    /// <summary>Reads a committed record. Its memory goes back to the pool when the result is disposed.</summary>
    /// <exception cref="Errors.ShardCorruptException">There is no whole record at the address.</exception>
    /// <exception cref="Errors.ShardRowMovedException">The log begins later by now, and the record is gone.</exception>
    /// <exception cref="Errors.ShardReadException">The device does not give the bytes.</exception>
    PooledRecord Read(long address);

    /// <summary>The file that an address lies in.</summary>
    string NameOf(long address);
}
