using ClipOrleans.Grains.Catalog;
using ClipOrleans.Grains.Configuration;
using Microsoft.Extensions.Options;
using Orleans.Storage;

namespace ClipOrleans.Grains.Tests.Catalog;

// As CatalogContract says; what is its own of it, its files, is in CatalogStorageTests.
public sealed class EmbeddedCatalogTests : CatalogContract, IDisposable
{
    private readonly TempFolder _data = new();
    private readonly CatalogStorage _catalog;

    public EmbeddedCatalogTests() => _catalog = new CatalogStorage(Options.Create(new StorageSettings { Path = _data.Path }));

    internal override IGrainStorage Catalog => _catalog;

    private protected override bool KnowsPredecessors => false;

    public void Dispose()
    {
        _catalog.Dispose();
        _data.Dispose();
    }
}
