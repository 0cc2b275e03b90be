using ClipOrleans.Storage.Documents;
using ClipOrleans.Vectors;
using ClipOrleans.Vectors.Filters;
using Microsoft.Extensions.Logging;

namespace ClipOrleans.Storage;

public sealed class ShardEngine : IAsyncDisposable
{
    public ShardDescriptor Descriptor => throw new NotSupportedException();

    public CollectionView View => throw new NotSupportedException();

    public ShardStats Stats => throw new NotSupportedException();

    public static bool ShardExists(string directory) => throw new NotSupportedException();

    public static Task<ShardEngine> OpenAsync(string directory, ShardOptions options, ILoggerFactory logs, TimeProvider clock, IProgress<int>? progress = null, CancellationToken cancel = default) => throw new NotSupportedException();

    public static Task<ShardEngine> CreateAsync(string directory, ShardDescriptor descriptor, ShardOptions options, ILoggerFactory logs, TimeProvider clock, CancellationToken cancel = default) => throw new NotSupportedException();

    public static void Delete(string directory) => throw new NotSupportedException();

    public Task ReconfigureAsync(ShardDescriptor newer, CancellationToken cancel = default) => throw new NotSupportedException();

    public ValueTask<WriteResult> WriteAsync(IReadOnlyList<StoredOperation> operations, CancellationToken cancel = default) => throw new NotSupportedException();

    public ValueTask<long> DeleteMatchingAsync(Filter? filter, CancellationToken cancel = default) => throw new NotSupportedException();

    public ValueTask<StoredDocument?> GetAsync(string id, bool includeVector, CancellationToken cancel = default) => throw new NotSupportedException();

    public ValueTask<StoredDocument> ReadAsync(long locator, bool includeVector, CancellationToken cancel = default) => throw new NotSupportedException();

    public ValueTask<IReadOnlyList<StoredDocument>> ReadManyAsync(IReadOnlyList<long> locators, bool includeVector, CancellationToken cancel = default) => throw new NotSupportedException();

    public ValueTask<StoredImage?> ReadImageAsync(string id, CancellationToken cancel = default) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => throw new NotSupportedException();
}
