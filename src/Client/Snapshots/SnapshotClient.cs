using ClipOrleans.Client.Errors;
using ClipOrleans.Client.Http;
using ClipOrleans.Client.Indexes;
using ClipOrleans.Client.Json;

namespace ClipOrleans.Client.Snapshots;

/// <summary>
/// The snapshots of one index, also after it is deleted. Every method throws <see cref="ClipOrleansException"/> when the
/// server refuses or does not answer; an unknown snapshot is 404, <c>snapshot-not-found</c>.
/// </summary>
public sealed class SnapshotClient
{
    private readonly ApiConnection _connection;
    private readonly string _path;

    internal SnapshotClient(ApiConnection connection, string indexPath)
    {
        _connection = connection;
        _path = indexPath;
    }

    /// <summary>Makes a snapshot. One that takes longer than ten seconds comes back with the status <c>creating</c>.</summary>
    public Task<Snapshot> CreateAsync(CancellationToken cancellation = default) =>
        _connection.SendAsync(new ApiCall(HttpMethod.Post, $"{_path}/snapshots"), ClientJson.Default.Snapshot, cancellation);

    /// <summary>All snapshots, the oldest first.</summary>
    public async Task<IReadOnlyList<Snapshot>> ListAsync(CancellationToken cancellation = default) =>
        (await _connection.SendAsync(ApiCall.Read($"{_path}/snapshots"), ClientJson.Default.SnapshotListBody, cancellation).ConfigureAwait(false)).Snapshots;

    /// <summary>One snapshot.</summary>
    public Task<Snapshot> GetAsync(string id, CancellationToken cancellation = default) =>
        _connection.SendAsync(ApiCall.Read(PathOf(id)), ClientJson.Default.Snapshot, cancellation);

    /// <summary>Deletes a snapshot; what was restored from it stays.</summary>
    public Task DeleteAsync(string id, CancellationToken cancellation = default) =>
        _connection.SendAsync(new ApiCall(HttpMethod.Delete, PathOf(id)), cancellation);

    /// <summary>A snapshot as one tar archive, read as it comes; nothing limits how long that takes but the token.</summary>
    /// <returns>The archive. The stream throws if the connection ends before all of it has come.</returns>
    public Task<Stream> OpenArchiveAsync(string id, CancellationToken cancellation = default) =>
        _connection.OpenAsync(ApiCall.Read($"{PathOf(id)}/archive"), cancellation);

    /// <summary>Makes a new index of a snapshot. A name that is taken is 409, <c>index-exists</c>.</summary>
    public Task<IndexDescription> RestoreAsync(string id, string name, CancellationToken cancellation = default)
    {
        var call = ApiCall.WithJson(HttpMethod.Post, $"{_path}/restore", new RestoreBody(id, name), ClientJson.Default.RestoreBody, false);
        return _connection.SendAsync(call with { TakesLong = true }, ClientJson.Default.IndexDescription, cancellation);
    }

    private string PathOf(string id) => $"{_path}/snapshots/{ApiCall.Segment(id)}";
}
