using ClipOrleans.Vectors;
using ClipOrleans.Vectors.Recall;

namespace ClipOrleans.Storage.Maintenance;

/// <summary>What the background work of a shard needs of its state.</summary>
internal interface ITrainedIndex
{
    /// <summary>The newest published state; any thread's.</summary>
    CollectionView View { get; }

    /// <summary>What is promised of searches and measured; any thread's.</summary>
    RecallMonitor Recall { get; }

    /// <summary>Searches of <see cref="View"/> go by codes; any thread's.</summary>
    bool HasCodes { get; }

    /// <summary>Begins a training, which the compaction of rows then avoids to make useless. On the writer's turn.</summary>
    /// <returns>Null when none is due.</returns>
    IIndexTraining? BeginTraining();

    /// <summary>Takes over what was learnt and shows it to readers. On the writer's turn.</summary>
    /// <returns>False when the rows were renumbered meanwhile, so that it is of no use.</returns>
    bool Adopt(IIndexTraining training);

    /// <summary>The training that was begun will not be adopted. On any thread.</summary>
    void GiveUpTraining();
}
