namespace ClipOrleans.Contracts.Grains;

/// <summary>The tenants that are being removed: what a crash cuts short goes on when a silo starts. Key: 0.</summary>
[Alias("clip.ITenantRemovalsGrain")]
public interface ITenantRemovalsGrain : IGrainWithStringKey
{
    /// <summary>Remembers that a removal begins.</summary>
    [Alias("Begin")]
    Task Begin(string tenant);

    /// <summary>Forgets it.</summary>
    [Alias("End")]
    Task End(string tenant);

    /// <summary>Has every tenant that is remembered go on, and returns at once.</summary>
    [Alias("Resume")]
    Task Resume();
}
