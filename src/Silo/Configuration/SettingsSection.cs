using ClipOrleans.Gateway.Options;
using ClipOrleans.Grains.Configuration;

namespace ClipOrleans.Silo.Configuration;

/// <summary>One type of settings and the section it is bound from; "" is the root.</summary>
internal sealed record SettingsSection(string Name, Type Type)
{
    /// <summary>Every setting there is: what is checked at the start and what docs/configuration.md lists.</summary>
    public static IReadOnlyList<SettingsSection> All { get; } =
    [
        new(RoleSettings.Section, typeof(RoleSettings)),
        new(StorageSettings.Section, typeof(StorageSettings)),
        new(MemorySettings.Section, typeof(MemorySettings)),
        new(ModelsSettings.Section, typeof(ModelsSettings)),
        new(EncoderSettings.Section, typeof(EncoderSettings)),
        new(SearchSettings.Section, typeof(SearchSettings)),
        new(AuthOptions.Section, typeof(AuthOptions)),
        new(CorsOptions.Section, typeof(CorsOptions)),
        new(ClusterSettings.Section, typeof(ClusterSettings)),
        new(TlsSettings.Section, typeof(TlsSettings)),
        new(LimitOptions.Section, typeof(LimitOptions)),
        new(FetchOptions.Section, typeof(FetchOptions)),
        new(QueryOptions.Section, typeof(QueryOptions)),
        new(ManagementOptions.Section, typeof(ManagementOptions)),
        new(ShutdownOptions.Section, typeof(ShutdownOptions)),
    ];

    public IEnumerable<Setting> Settings =>
        Type.GetProperties().Where(property => property.CanWrite).Select(property => new Setting(Name, property));
}
