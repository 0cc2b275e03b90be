using System.ComponentModel.DataAnnotations;

namespace ClipOrleans.Clip.Inference;

/// <summary>How much of the machine the encoder takes. Bound from <c>Encoder:*</c>.</summary>
public sealed record EncoderOptions
{
    /// <summary>Threads that run the model, each on a batch of its own. 0: one a processor core.</summary>
    [Range(0, 256)]
    public int Workers { get; init; }

    /// <summary>Threads inside one run of the model. More than 1 pays only where batches are rare and models are large.</summary>
    [Range(1, 64)]
    public int ThreadsPerRun { get; init; } = 1;

    /// <summary>Most texts or images in one run of the model.</summary>
    [Range(1, 256)]
    public int MaxBatch { get; init; } = 16;

    /// <summary>
    /// Longest run of the model, in milliseconds, as far as the batch can be cut to it: a query that arrives during a run waits for it, so
    /// large models get small batches. A single input takes what it takes.
    /// </summary>
    [Range(1, 10_000)]
    public int MaxRunMilliseconds { get; init; } = 30;

    /// <summary>The same while several owners ask, so that none of them waits for a long run of another one's.</summary>
    [Range(1, 10_000)]
    public int MaxSharedRunMilliseconds { get; init; } = 4;

    /// <summary>Texts and images that may wait, each. One more is refused at once with <see cref="EncoderOverloadedException"/>.</summary>
    [Range(1, 100_000)]
    public int QueueLength { get; init; } = 1024;
}
