using System.ComponentModel.DataAnnotations;

namespace ClipOrleans.Storage.Maintenance;

/// <summary>What background work on all shards of a process may take.</summary>
public sealed class MaintenanceOptions
{
    /// <summary>Threads that learn the codes of one shard at a time, 0 to 256. Default 0: half of the processors, at least one.</summary>
    [Range(0, 256)]
    public int TrainingThreads { get; set; }

    /// <summary>Share of one core in percent that measuring recall may take, 0 to 50; default 2. 0: nothing is measured, and effort stays where it begins.</summary>
    [Range(0, 50)]
    public int MeasuringPercent { get; set; } = 2;

    internal int Threads => TrainingThreads > 0 ? TrainingThreads : Math.Max(1, Environment.ProcessorCount / 2);

    /// <exception cref="ArgumentException">A value out of its range; all of them are named.</exception>
    internal void Check()
    {
        var faults = new List<ValidationResult>();
        if (!Validator.TryValidateObject(this, new ValidationContext(this), faults, validateAllProperties: true))
            throw new ArgumentException(string.Join(" ", faults.ConvertAll(fault => fault.ErrorMessage)));
    }
}
