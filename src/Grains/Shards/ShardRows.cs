using System.Collections.Immutable;
using ClipOrleans.Contracts.Documents;
using ClipOrleans.Storage;

namespace ClipOrleans.Grains.Shards;

/// <summary>Rows of a shard as messages. They come from the disk on the thread that asks for them: not for a turn of a grain.</summary>
internal static class ShardRows
{
    /// <returns>One entry per id, null where there is no such document.</returns>
    public static Task<ImmutableArray<DocumentRow?>> ReadAsync(IShardReader engine, ReadDocuments request) => Task.Run(async () =>
    {
        var rows = ImmutableArray.CreateBuilder<DocumentRow?>(request.Ids.Length);
        foreach (var id in request.Ids)
            rows.Add(await engine.GetAsync(id, request.IncludeVector) is { } document ? ShardMessages.ToRow(document) : null);
        return rows.MoveToImmutable();
    });

    /// <param name="engine">Of the shard.</param>
    /// <param name="locators">Of hits.</param>
    /// <param name="ids">Of the same hits; null where the caller compares them.</param>
    /// <param name="includeVector">With vectors.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>One row per locator, in order.</returns>
    public static Task<ImmutableArray<DocumentRow>> ReadAsync(
        IShardReader engine, byte[] locators, ImmutableArray<string>? ids, bool includeVector, CancellationToken cancellation) => Task.Run(
        async () =>
        {
            var documents = await engine.ReadManyAsync(ShardSearch.Locators(locators), ids, includeVector, cancellation);
            return ImmutableArray.CreateRange(documents.Select(ShardMessages.ToRow));
        },
        cancellation);
}
