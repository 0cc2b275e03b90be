namespace ClipOrleans.Storage.Maintenance;

/// <summary>How far the training of a shard is.</summary>
public enum TrainingPhase
{
    /// <summary>None is due.</summary>
    Idle = 0,

    /// <summary>It waits for the trainings of other shards.</summary>
    Queued = 1,

    /// <summary>Codes are learnt, and all rows coded that were there when it began.</summary>
    Learning = 2,

    /// <summary>Rows written meanwhile are coded.</summary>
    CatchingUp = 3,

    /// <summary>It waits for the writer, which takes the codes over between two writes.</summary>
    Adopting = 4,

    /// <summary>It failed, and is tried again later.</summary>
    PutOff = 5,
}
