using ClipOrleans.Contracts.Keys;

namespace ClipOrleans.Grains.Catalog;

/// <summary>The file of a grain key. A dot stands for the slash between the parts of a key: no part can hold one.</summary>
internal static class CatalogFileName
{
    public static bool TryFor(string key, out string fileName)
    {
        fileName = key.Replace('/', '.') + ".json";
        return key.Split('/').All(NameRule.IsValid);
    }
}
