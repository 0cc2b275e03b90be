using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClipOrleans.Client.Embeddings;
using ClipOrleans.Client.Errors;
using ClipOrleans.Client.Http;
using ClipOrleans.Client.Indexes;
using ClipOrleans.Client.Json;
using ClipOrleans.Client.Keys;
using ClipOrleans.Client.Models;
using ClipOrleans.Client.Tenants;

namespace ClipOrleans.Client;

/// <summary>
/// The client of a ClipOrleans server. One instance serves many threads; keep it for the life of the program. Every method
/// throws <see cref="ClipOrleansException"/> when the server refuses or does not answer.
/// </summary>
public sealed class ClipOrleansClient : IDisposable
{
    private readonly ApiConnection _connection;
    private readonly ClipOrleansClientOptions _options;

    /// <summary>A client with connections of its own.</summary>
    public ClipOrleansClient(ClipOrleansClientOptions options)
        : this(options, null)
    {
    }

    /// <summary>A client over an <see cref="HttpClient"/> of the caller, who keeps and disposes it.</summary>
    /// <param name="options">Address, key and retries; the base address of <paramref name="http"/> is not used.</param>
    /// <param name="http">Sends the requests; its own time limit counts too.</param>
    public ClipOrleansClient(ClipOrleansClientOptions options, HttpClient? http)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _connection = new ApiConnection(options, http);
    }

    /// <summary>The address, key and retries of this client.</summary>
    public ClipOrleansClientOptions Options => _options;

    /// <summary>The keys of the tenant whose admin's key this client shows. Makes no call.</summary>
    public KeysClient Keys => new(_connection, "v1/keys");

    /// <summary>The tenants, for a client that shows the operator's key. Makes no call.</summary>
    public TenantsClient Tenants => new(_connection);

    /// <summary>The documents and searches of one index. Makes no call.</summary>
    /// <param name="name">The index's name.</param>
    public IndexClient Index(string name) => new(_connection, name);

    /// <summary>Creates an index. A name that is taken is 409, <c>index-exists</c>.</summary>
    public Task<IndexDescription> CreateIndexAsync(IndexDefinition definition, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(definition);
        var call = ApiCall.WithJson(HttpMethod.Post, "v1/indexes", definition, ClientJson.Default.IndexDefinition, false);
        return _connection.SendAsync(call, ClientJson.Default.IndexDescription, cancellation);
    }

    /// <summary>All indexes of the tenant.</summary>
    public async Task<IReadOnlyList<IndexDescription>> ListIndexesAsync(CancellationToken cancellation = default) =>
        (await _connection.SendAsync(ApiCall.Read("v1/indexes"), ClientJson.Default.IndexListBody, cancellation).ConfigureAwait(false)).Indexes;

    /// <summary>One index. An unknown one is 404, <c>index-not-found</c>.</summary>
    public Task<IndexDescription> GetIndexAsync(string name, CancellationToken cancellation = default) =>
        _connection.SendAsync(ApiCall.Read(IndexPath(name)), ClientJson.Default.IndexDescription, cancellation);

    /// <summary>Adds fields to an index or changes its targets.</summary>
    public Task<IndexDescription> PatchIndexAsync(string name, IndexPatch patch, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(patch);
        var call = ApiCall.WithJson(HttpMethod.Patch, IndexPath(name), patch, ClientJson.Default.IndexPatch, false);
        return _connection.SendAsync(call, ClientJson.Default.IndexDescription, cancellation);
    }

    /// <summary>Deletes an index with everything in it.</summary>
    public Task DeleteIndexAsync(string name, CancellationToken cancellation = default) =>
        _connection.SendAsync(new ApiCall(HttpMethod.Delete, IndexPath(name)), cancellation);

    /// <summary>Makes a new index of an archive that <see cref="Snapshots.SnapshotClient.OpenArchiveAsync"/> gave, here or elsewhere.</summary>
    /// <param name="archive">Writes the archive into the request, once; nothing limits how long that takes but the token.</param>
    /// <param name="name">The new index's name; null: the one that it had.</param>
    /// <param name="cancellation">Ends the call.</param>
    public Task<IndexDescription> RestoreArchiveAsync(HttpContent archive, string? name = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(archive);
        archive.Headers.ContentType = new MediaTypeHeaderValue("application/x-tar");
        var path = "v1/restore" + (name is null ? "" : $"?name={Uri.EscapeDataString(name)}");
        return _connection.SendOnceAsync(new ApiCall(HttpMethod.Post, path) { TakesLong = true, Content = () => archive }, ClientJson.Default.IndexDescription, cancellation);
    }

    /// <summary>The models that the server has loaded.</summary>
    public async Task<IReadOnlyList<ModelDescription>> ListModelsAsync(CancellationToken cancellation = default) =>
        (await _connection.SendAsync(ApiCall.Read("v1/models"), ClientJson.Default.ModelListBody, cancellation).ConfigureAwait(false)).Models;

    /// <summary>Embeds texts.</summary>
    /// <returns>One normalised vector a text, in order.</returns>
    public Task<IReadOnlyList<ReadOnlyMemory<float>>> EmbedAsync(string model, IReadOnlyList<string> texts, CancellationToken cancellation = default)
    {
        var body = new TextEmbeddingBody(model, texts);
        return EmbedAsync(ApiCall.WithJson(HttpMethod.Post, "v1/embeddings", body, ClientJson.Default.TextEmbeddingBody, true), cancellation);
    }

    /// <summary>Embeds images, or images and texts.</summary>
    /// <returns>One normalised vector an input, in order.</returns>
    public Task<IReadOnlyList<ReadOnlyMemory<float>>> EmbedAsync(string model, IReadOnlyList<EmbeddingInput> inputs, CancellationToken cancellation = default)
    {
        var body = new MixedEmbeddingBody(model, inputs);
        return EmbedAsync(ApiCall.WithJson(HttpMethod.Post, "v1/embeddings", body, ClientJson.Default.MixedEmbeddingBody, true), cancellation);
    }

    /// <summary>Whether the process answers at all. One try; false also when nothing listens.</summary>
    public Task<bool> IsLiveAsync(CancellationToken cancellation = default) => ProbeAsync("health/live", cancellation);

    /// <summary>Whether the server takes work. One try; false also when nothing listens.</summary>
    public Task<bool> IsReadyAsync(CancellationToken cancellation = default) => ProbeAsync("health/ready", cancellation);

    /// <summary>Makes a call that this client has no method for, with the same key, errors and retries.</summary>
    /// <param name="method">The HTTP method. After a lost connection only a GET is repeated.</param>
    /// <param name="path">Path and query under the base address, escaped, without a leading slash.</param>
    /// <param name="body">The JSON body, if there is one.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>The JSON of the answer; null when it has no body.</returns>
    public async Task<JsonDocument?> CallAsync(HttpMethod method, string path, JsonNode? body = null, CancellationToken cancellation = default)
    {
        var call = body is null
            ? new ApiCall(method, path) { MayRunTwice = method == HttpMethod.Get }
            : ApiCall.WithJson(method, path, body, ClientJson.Default.JsonNode, false);
        var answer = await _connection.SendAsync(call, cancellation).ConfigureAwait(false);
        return answer.Body.Length == 0 ? null : JsonDocument.Parse(answer.Body);
    }

    /// <summary>Closes the connections, unless the <see cref="HttpClient"/> is the caller's.</summary>
    public void Dispose() => _connection.Dispose();

    private static string IndexPath(string name) => $"v1/indexes/{ApiCall.Segment(name)}";

    private async Task<IReadOnlyList<ReadOnlyMemory<float>>> EmbedAsync(ApiCall call, CancellationToken cancellation)
    {
        var body = await _connection.SendAsync(call, ClientJson.Default.EmbeddingsBody, cancellation).ConfigureAwait(false);
        return [.. body.Data.OrderBy(one => one.Index).Select(one => one.Embedding)];
    }

    private async Task<bool> ProbeAsync(string path, CancellationToken cancellation)
    {
        try
        {
            return (await _connection.TryAsync(ApiCall.Read(path), cancellation).ConfigureAwait(false)).IsSuccess;
        }
        catch (Exception e) when (ApiConnection.IsConnectionFailure(e, cancellation))
        {
            return false; // Nothing listens: that is the answer to this question, not a failure of the call.
        }
    }
}
