using ClipOrleans.Client.Errors;
using ClipOrleans.Client.Http;
using ClipOrleans.Client.Json;

namespace ClipOrleans.Client.Keys;

/// <summary>
/// The keys of one tenant. Every method throws <see cref="ClipOrleansException"/> when the server refuses or does not
/// answer; an unknown key is 404, <c>key-not-found</c>.
/// </summary>
public sealed class KeysClient
{
    private readonly ApiConnection _connection;
    private readonly string _path;

    internal KeysClient(ApiConnection connection, string path)
    {
        _connection = connection;
        _path = path;
    }

    /// <summary>Makes a key. The answer is the only one that tells it.</summary>
    public Task<CreatedKey> CreateAsync(KeyDefinition definition, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(definition);
        // Not repeated after a lost connection: the first one would be there, and nobody would know it.
        var call = ApiCall.WithJson(HttpMethod.Post, _path, definition, ClientJson.Default.KeyDefinition, false);
        return _connection.SendAsync(call, ClientJson.Default.CreatedKey, cancellation);
    }

    /// <summary>Makes a key that may do what another one may, to take its place: both work until the former is deleted.</summary>
    /// <param name="id">The key to replace.</param>
    /// <param name="expiresAt">When the new one ends; null: never, whatever the former does.</param>
    /// <param name="cancellation">Ends the call.</param>
    public async Task<CreatedKey> RotateAsync(string id, DateTimeOffset? expiresAt = null, CancellationToken cancellation = default)
    {
        var former = await GetAsync(id, cancellation).ConfigureAwait(false);
        var definition = new KeyDefinition { Name = former.Name, Role = former.Role, Indexes = former.Indexes, ExpiresAt = expiresAt };
        return await CreateAsync(definition, cancellation).ConfigureAwait(false);
    }

    /// <summary>All keys, the oldest first.</summary>
    public async Task<IReadOnlyList<KeyDescription>> ListAsync(CancellationToken cancellation = default) =>
        (await _connection.SendAsync(ApiCall.Read(_path), ClientJson.Default.KeyListBody, cancellation).ConfigureAwait(false)).Keys;

    /// <summary>One key.</summary>
    public Task<KeyDescription> GetAsync(string id, CancellationToken cancellation = default) =>
        _connection.SendAsync(ApiCall.Read(PathOf(id)), ClientJson.Default.KeyDescription, cancellation);

    /// <summary>Ends a key: within five seconds it opens nothing anywhere.</summary>
    public Task DeleteAsync(string id, CancellationToken cancellation = default) =>
        _connection.SendAsync(new ApiCall(HttpMethod.Delete, PathOf(id)), cancellation);

    private string PathOf(string id) => $"{_path}/{ApiCall.Segment(id)}";
}
