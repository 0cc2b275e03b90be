namespace ClipOrleans.Fuzz.Engine;

/// <summary>
/// One reader of bytes from outside, and what may come of them. <see cref="Run"/> calls the reader as the product does and
/// gives a short word for what came of the input; whatever exception leaves it is a crash.
/// </summary>
internal abstract class FuzzTarget
{
    public abstract string Name { get; }

    /// <summary>What is promised, in a sentence, for the report.</summary>
    public abstract string Promise { get; }

    public virtual int MaxLength => 4_096;

    /// <summary>Executions in a short run.</summary>
    public virtual int ShortRun => 4_000;

    /// <summary>Good inputs and known bad ones, to begin with.</summary>
    public abstract IReadOnlyList<byte[]> Seeds { get; }

    /// <summary>What such inputs are made of.</summary>
    public virtual IReadOnlyList<string> Dictionary => [];

    /// <summary>Managed bytes that an input of a length may allocate on the thread that reads it.</summary>
    public virtual long MayAllocate(int length) => (2L << 20) + (4_096L * length);

    /// <summary>Makes a changed input right where it would be refused at the door: checksums, lengths. Called for most inputs.</summary>
    public virtual byte[] Mend(byte[] input, Random chance) => input;

    /// <returns>What came of it: the fewer different words the better, they tell inputs apart that are worth keeping.</returns>
    /// <exception cref="BrokenPromiseException">The reader took something and does not keep what it promises of it.</exception>
    public abstract string Run(byte[] input);

    public override string ToString() => Name;
}

/// <summary>A reader did what it must not: a round trip that does not come back, an answer that no caller can use.</summary>
internal sealed class BrokenPromiseException(string message) : Exception(message)
{
    public static void Unless(bool kept, string message)
    {
        if (!kept)
            throw new BrokenPromiseException(message);
    }
}
