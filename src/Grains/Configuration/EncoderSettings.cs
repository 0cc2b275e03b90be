using System.ComponentModel.DataAnnotations;
using ClipOrleans.Clip.Inference;
using ClipOrleans.Contracts;

namespace ClipOrleans.Grains.Configuration;

/// <summary>How much of the machine the models take. Bound from <c>Encoder:*</c>.</summary>
public sealed class EncoderSettings
{
    public const string Section = "Encoder";

    /// <summary>Threads that run a model, each on a batch of its own. 0: one a processor core.</summary>
    [Range(0, 256)]
    public int Threads { get; set; }

    /// <summary>Threads inside one run of a model. More than 1 pays only where batches are rare and models are large.</summary>
    [Range(1, 64)]
    public int ThreadsPerRun { get; set; } = 1;

    /// <summary>Most texts or images in one run of a model.</summary>
    [Range(1, 256)]
    public int MaxBatch { get; set; } = 16;

    /// <summary>Longest run of a model in milliseconds, as far as a batch can be cut to it: a query that arrives meanwhile waits for it.</summary>
    [Range(1, 10_000)]
    public int MaxRunMilliseconds { get; set; } = 30;

    /// <summary>The same while several tenants ask, so that none of them waits for a long run of another one's.</summary>
    [Range(1, 10_000)]
    public int MaxSharedRunMilliseconds { get; set; } = 4;

    /// <summary>Texts and images that may wait, each. One more is refused at once with 503 and Retry-After. At least one call of a gateway fits.</summary>
    [Range(Limits.MaxInputsPerEncode, 100_000)]
    public int Queue { get; set; } = 1_024;

    internal EncoderOptions ToOptions() => new()
    {
        Workers = Threads,
        ThreadsPerRun = ThreadsPerRun,
        MaxBatch = MaxBatch,
        MaxRunMilliseconds = MaxRunMilliseconds,
        MaxSharedRunMilliseconds = MaxSharedRunMilliseconds,
        QueueLength = Queue,
    };
}
