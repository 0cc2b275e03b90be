using ClipOrleans.Vectors;

namespace ClipOrleans.Storage.Maintenance;

/// <summary>Codes of a shard that are being learnt. Its methods run on a thread of their own, one after the other.</summary>
internal interface IIndexTraining
{
    /// <summary>Learns, and codes the rows that were there when it began. Takes long.</summary>
    /// <param name="threads">Most threads to use.</param>
    /// <param name="breathe">Called every few milliseconds of work; returns when it may go on.</param>
    /// <param name="cancel">Gives up.</param>
    void Run(int threads, Action breathe, CancellationToken cancel);

    /// <summary>Codes rows that were written meanwhile.</summary>
    /// <returns>How many.</returns>
    int CatchUp(CollectionView view, CancellationToken cancel);
}
