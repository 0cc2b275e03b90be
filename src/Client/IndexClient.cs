using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClipOrleans.Client.Documents;
using ClipOrleans.Client.Errors;
using ClipOrleans.Client.Http;
using ClipOrleans.Client.Json;
using ClipOrleans.Client.Search;
using ClipOrleans.Client.Snapshots;

namespace ClipOrleans.Client;

/// <summary>
/// The documents and searches of one index. Every method throws <see cref="ClipOrleansException"/> when the server refuses
/// or does not answer; an unknown index is 404, <c>index-not-found</c>.
/// </summary>
public sealed class IndexClient
{
    private readonly ApiConnection _connection;
    private readonly string _path;

    internal IndexClient(ApiConnection connection, string name)
    {
        _connection = connection;
        Name = name;
        _path = $"v1/indexes/{ApiCall.Segment(name)}";
    }

    /// <summary>The index's name.</summary>
    public string Name { get; }

    /// <summary>The snapshots of the index. Makes no call.</summary>
    public SnapshotClient Snapshots => new(_connection, _path);

    /// <summary>Stores up to 1,000 documents. Some may fail while others succeed: look at each result.</summary>
    /// <returns>One result a document, in order. What succeeded is durable and every search sees it.</returns>
    public Task<UpsertResponse> UpsertAsync(IReadOnlyList<DocumentInput> documents, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(documents);
        // A document without an id gets a new one each time, so such a batch must not run twice.
        var repeatable = documents.All(document => document.Id is not null);
        var call = ApiCall.WithJson(HttpMethod.Post, $"{_path}/documents", new UpsertBody(documents), ClientJson.Default.UpsertBody, repeatable);
        return _connection.SendAsync(call, ClientJson.Default.UpsertResponse, cancellation);
    }

    /// <summary>Stores any number of documents; each is answered once it is durable, in the order they came.</summary>
    /// <remarks>
    /// The documents travel in batches, several at a time, and not as one NDJSON request: over HTTP/1.1 the HttpClient of
    /// .NET shows no answer before the whole request is sent, so a long one could neither be followed nor repeated.
    /// </remarks>
    /// <exception cref="ClipOrleansException">A whole batch was refused or lost; the results until then have been returned.</exception>
    public IAsyncEnumerable<DocumentResult> UpsertManyAsync(
        IAsyncEnumerable<DocumentInput> documents, UpsertManyOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(documents);
        return new UpsertPipeline(this, options ?? new UpsertManyOptions()).RunAsync(documents, cancellation);
    }

    /// <summary>Stores one document under an id.</summary>
    public Task<DocumentResult> PutAsync(string id, DocumentInput document, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(document);
        var call = ApiCall.WithJson(HttpMethod.Put, DocumentPath(id), document with { Id = null }, ClientJson.Default.DocumentInput, true);
        return ResultAsync(id, _connection.SendAsync(call, cancellation));
    }

    /// <summary>Stores an image under an id: raw bytes, or with metadata as multipart.</summary>
    /// <param name="id">The document's id.</param>
    /// <param name="image">An image file.</param>
    /// <param name="contentType">Its media type, for example <c>image/jpeg</c>.</param>
    /// <param name="metadata">Its metadata, if it has any.</param>
    /// <param name="cancellation">Ends the call.</param>
    public Task<DocumentResult> PutImageAsync(
        string id, ReadOnlyMemory<byte> image, string contentType, JsonObject? metadata = null, CancellationToken cancellation = default)
    {
        var type = MediaTypeHeaderValue.Parse(contentType);
        var call = new ApiCall(HttpMethod.Put, DocumentPath(id))
        {
            MayRunTwice = true,
            Content = metadata is null ? () => PutBodies.Raw(image, type) : () => PutBodies.WithMetadata(image, type, metadata),
        };
        return ResultAsync(id, _connection.SendAsync(call, cancellation));
    }

    /// <summary>One document. An unknown one is 404, <c>document-not-found</c>.</summary>
    /// <param name="id">The document's id.</param>
    /// <param name="includeVector">Return its embedding too.</param>
    /// <param name="cancellation">Ends the call.</param>
    public Task<StoredDocument> GetAsync(string id, bool includeVector = false, CancellationToken cancellation = default)
    {
        var path = DocumentPath(id) + (includeVector ? "?include=vector" : "");
        return _connection.SendAsync(ApiCall.Read(path), ClientJson.Default.StoredDocument, cancellation);
    }

    /// <summary>The image that the index keeps of a document. None is 404, <c>image-not-found</c>.</summary>
    public async Task<StoredImage> GetImageAsync(string id, CancellationToken cancellation = default)
    {
        var answer = await _connection.SendAsync(ApiCall.Read($"{DocumentPath(id)}/image"), cancellation).ConfigureAwait(false);
        return new StoredImage(answer.Body, answer.MediaType);
    }

    /// <summary>Changes metadata by a JSON merge patch (RFC 7396): null removes a member, the rest stays.</summary>
    public Task PatchAsync(string id, JsonObject metadata, CancellationToken cancellation = default)
    {
        var call = ApiCall.WithJson(HttpMethod.Patch, DocumentPath(id), new MetadataBody(metadata), ClientJson.Default.MetadataBody, true);
        return _connection.SendAsync(call, cancellation);
    }

    /// <summary>Deletes a document. An unknown one is 404, <c>document-not-found</c>.</summary>
    public Task DeleteAsync(string id, CancellationToken cancellation = default) =>
        _connection.SendAsync(new ApiCall(HttpMethod.Delete, DocumentPath(id)), cancellation);

    /// <summary>Deletes documents by id; unknown ones are passed over.</summary>
    /// <returns>How many were there.</returns>
    public Task<long> DeleteManyAsync(IReadOnlyList<string> ids, CancellationToken cancellation = default) =>
        DeleteAsync(new DeleteBody(ids, null), cancellation);

    /// <summary>Deletes all documents that match a filter.</summary>
    /// <returns>How many there were.</returns>
    public Task<long> DeleteManyAsync(JsonObject filter, CancellationToken cancellation = default) =>
        DeleteAsync(new DeleteBody(null, filter), cancellation);

    /// <summary>All documents, or those that match a filter, in id order, fetched page by page.</summary>
    /// <param name="filter">Conditions on declared fields, if not all are wanted.</param>
    /// <param name="pageSize">Documents a page.</param>
    /// <param name="cancellation">Ends the call.</param>
    public async IAsyncEnumerable<StoredDocument> ScrollAsync(
        JsonObject? filter = null, int pageSize = 100, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var query = $"limit={pageSize}" + (filter is null ? "" : $"&filter={Uri.EscapeDataString(filter.ToJsonString())}");
        for (string? cursor = null; ;)
        {
            var path = $"{_path}/documents?{query}" + (cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}");
            var page = await _connection.SendAsync(ApiCall.Read(path), ClientJson.Default.PageBody, cancellation).ConfigureAwait(false);
            foreach (var document in page.Documents)
                yield return document;
            if (page.Cursor is null)
                yield break;
            cursor = page.Cursor;
        }
    }

    /// <summary>Searches.</summary>
    public Task<SearchResponse> SearchAsync(SearchRequest request, CancellationToken cancellation = default) =>
        _connection.SendAsync(SearchCall(request), ClientJson.Default.SearchResponse, cancellation);

    /// <summary>Searches and returns the answer as it came, for members that <see cref="SearchResponse"/> does not name.</summary>
    public async Task<JsonDocument> SearchJsonAsync(SearchRequest request, CancellationToken cancellation = default) =>
        JsonDocument.Parse((await _connection.SendAsync(SearchCall(request), cancellation).ConfigureAwait(false)).Body);

    /// <summary>Up to 64 searches in one call.</summary>
    /// <returns>One outcome a search, in order: a search that fails does not fail the others.</returns>
    public async Task<IReadOnlyList<BatchSearchResult>> SearchBatchAsync(IReadOnlyList<SearchRequest> searches, CancellationToken cancellation = default)
    {
        var call = ApiCall.WithJson(HttpMethod.Post, $"{_path}/search/batch", new BatchSearchBody(searches), ClientJson.Default.BatchSearchBody, true);
        var body = await _connection.SendAsync(call, ClientJson.Default.BatchResultsBody, cancellation).ConfigureAwait(false);
        return [.. body.Results.Select(BatchResults.Read)];
    }

    private ApiCall SearchCall(SearchRequest request) =>
        ApiCall.WithJson(HttpMethod.Post, $"{_path}/search", request, ClientJson.Default.SearchRequest, true);

    private string DocumentPath(string id) => $"{_path}/documents/{ApiCall.Segment(id)}";

    private static async Task<DocumentResult> ResultAsync(string id, Task<ApiAnswer> put)
    {
        var answer = await put.ConfigureAwait(false);
        return new DocumentResult { Id = id, Status = answer.Status == HttpStatusCode.Created ? DocumentStatus.Created : DocumentStatus.Updated };
    }

    private async Task<long> DeleteAsync(DeleteBody body, CancellationToken cancellation)
    {
        var call = ApiCall.WithJson(HttpMethod.Post, $"{_path}/documents/delete", body, ClientJson.Default.DeleteBody, false);
        return (await _connection.SendAsync(call, ClientJson.Default.DeletedBody, cancellation).ConfigureAwait(false)).Deleted;
    }
}
