namespace ClipOrleans.Storage.Errors;

/// <summary>A shard cannot do what was asked because of its own state or its machine, never because of the input.</summary>
public abstract class ShardException : Exception
{
    private protected ShardException(string message, Exception? inner)
        : base(message, inner)
    {
    }
}

/// <summary>Another process, or another engine of this one, owns the directory. Nothing was touched.</summary>
public sealed class ShardLockedException : ShardException
{
    internal ShardLockedException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}

/// <summary>A newer owner has opened the shard: this engine must not write any more (I4). What it had not acknowledged does not count.</summary>
public sealed class ShardFencedException : ShardException
{
    internal ShardFencedException(string message)
        : base(message, null)
    {
    }
}

/// <summary>A file of the shard is not what was written. Nothing of it was used.</summary>
public sealed class ShardCorruptException : ShardException
{
    internal ShardCorruptException(string file, string reason, Exception? inner = null)
        : base($"{file}: {reason}", inner)
    {
        File = file;
        Reason = reason;
    }

    /// <summary>The file at fault.</summary>
    public string File { get; }

    public string Reason { get; }
}

/// <summary>The device failed or the engine is closed: writes have stopped until the device takes them again. Reads go on.</summary>
public sealed class ShardUnavailableException : ShardException
{
    internal ShardUnavailableException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}

/// <summary>The shard in memory may no longer be what its log says: it has to be opened again before it takes writes. Reads go on.</summary>
public sealed class ShardBrokenException : ShardException
{
    internal ShardBrokenException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}

/// <summary>The device does not give bytes that are there. Nothing was changed.</summary>
public sealed class ShardReadException : ShardException
{
    internal ShardReadException(string message, Exception inner)
        : base(message, inner)
    {
    }
}

/// <summary>A locator is so old that its row has been moved in the log and its place given back. The row's id still finds it.</summary>
public sealed class ShardRowMovedException : ShardException
{
    internal ShardRowMovedException(string message)
        : base(message, null)
    {
    }
}

/// <summary>The queue of writes is full. Nothing was written; try again later.</summary>
public sealed class ShardOverloadedException : ShardException
{
    internal ShardOverloadedException(string message)
        : base(message, null)
    {
    }
}
