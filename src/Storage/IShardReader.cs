using ClipOrleans.Storage.Documents;
using ClipOrleans.Storage.Errors;
using ClipOrleans.Vectors;

namespace ClipOrleans.Storage;

/// <summary>What a shard answers, by the engine that owns it or by a follower of its log. Any number of threads may call it.</summary>
public interface IShardReader : IAsyncDisposable
{
    /// <summary>What the shard holds, as of the newest index version that is shown.</summary>
    ShardDescriptor Descriptor { get; }

    /// <summary>The newest published state: search, browse and count on it, on the caller's thread. It never changes.</summary>
    CollectionView View { get; }

    /// <summary>Number of the last record of the log that <see cref="View"/> shows.</summary>
    long AppliedSequence { get; }

    ShardStats Stats { get; }

    /// <summary>
    /// Makes sure that an answer is not older than the lease (<see cref="ShardOptions.OwnerLease"/>): to be called before
    /// <see cref="View"/> is taken, which is what a follower needs, and again when the answer is ready, before it is given, which
    /// is what an owner needs. Between looks, some two in a lease, it costs nothing.
    /// </summary>
    /// <exception cref="ShardFencedException">The shard has a newer owner, or is gone: the answer must not be given.</exception>
    /// <exception cref="ShardUnavailableException">It cannot be found out.</exception>
    ValueTask ConfirmAsync(CancellationToken cancel = default);

    /// <returns>The newest published version, or null.</returns>
    ValueTask<StoredDocument?> GetAsync(string id, bool includeVector, CancellationToken cancel = default);

    /// <summary>
    /// Reads the version that a search found, whatever was written since. A locator is good for a minute: then the place
    /// of a row that was moved in the log may have been given back. It is the same for the owner and its followers.
    /// </summary>
    /// <exception cref="ShardRowMovedException">It is older, and its row was moved: the id still finds the document.</exception>
    /// <exception cref="ShardCorruptException">The locator does not lead to a whole row.</exception>
    ValueTask<StoredDocument> ReadAsync(long locator, bool includeVector, CancellationToken cancel = default);

    /// <summary>Reads the versions that a search found, in the order of the locators.</summary>
    /// <param name="locators">As the hits had them.</param>
    /// <param name="ids">Of the hits, in the same order: a row of another document is refused. Null where they are compared later.</param>
    /// <param name="includeVector">With their vectors.</param>
    /// <param name="cancel">Gives up.</param>
    ValueTask<IReadOnlyList<StoredDocument>> ReadManyAsync(IReadOnlyList<long> locators, IReadOnlyList<string>? ids, bool includeVector, CancellationToken cancel = default);

    /// <returns>The kept image, or null if there is no such document or it has none.</returns>
    ValueTask<StoredImage?> ReadImageAsync(string id, CancellationToken cancel = default);
}
