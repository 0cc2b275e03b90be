using System.ComponentModel.DataAnnotations;

namespace ClipOrleans.Grains.Configuration;

/// <summary>What the open shards of a process may take of its memory. Bound from <c>Memory:*</c>.</summary>
public sealed class MemorySettings
{
    public const string Section = "Memory";

    /// <summary>Without a setting the open shards get one in so many of the bytes that the process may use: models, requests, and what the collector has not freed yet need the others.</summary>
    private const int DefaultShare = 2;

    /// <summary>Megabytes that the open shards of a process may take together; beyond, those that were not used for the longest time are closed until their next request. 0: half of what the process may use, the limit of its container included.</summary>
    [Range(0, 16_777_216)]
    public int Budget { get; set; }

    /// <summary>The same in bytes.</summary>
    public long BudgetBytes => Budget > 0 ? (long)Budget << 20 : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / DefaultShare;
}
