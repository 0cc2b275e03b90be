using System.Runtime.InteropServices;
using ClipOrleans.Clip.Images;
using ClipOrleans.Contracts.Documents;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Gateway.Cluster;
using ClipOrleans.Gateway.Embeddings;
using ClipOrleans.Gateway.Fetch;
using ClipOrleans.Gateway.Indexes;
using ClipOrleans.Gateway.Ingest;
using ClipOrleans.Vectors.Kernels;

namespace ClipOrleans.Gateway.Search;

/// <summary>A query as one vector.</summary>
/// <param name="Vector">Normalised, float32 little-endian; null when there is nothing but a filter.</param>
/// <param name="Cached">For each part: whether its embedding was known already; null where nothing had to be embedded.</param>
internal sealed record EncodedQuery(byte[]? Vector, IReadOnlyList<bool?> Cached);

/// <summary>Makes the parts of a query into one vector.</summary>
internal sealed class QueryEncoder(ModelDirectory models, EmbeddingService embeddings, ImageFetcher fetcher, IndexDirectory directory, GrainCalls calls)
{
    /// <returns>The vector, or the first error of a part with its pointer.</returns>
    public async Task<Result<EncodedQuery>> EncodeAsync(OpenIndex index, SearchQuery query, CancellationToken cancel)
    {
        if (query.Parts.Count == 0)
            return new EncodedQuery(null, []);
        var encoded = await Task.WhenAll(query.Parts.Select(part => EncodePartAsync(index, part.Source, cancel)));
        for (var i = 0; i < encoded.Length; i++)
        {
            if (encoded[i].Error is { } error)
                return IndexDirectory.IsStale(error) ? error : error with { Fields = [new FieldError(query.Parts[i].Source.Pointer, error.Detail)] };
        }

        var vector = Combine(index.Dimensions, query.Parts, encoded);
        return vector is null
            ? Error.Of(Slugs.InvalidVector, "The weighted parts of the query cancel each other out: nothing is left to search with.")
            : new EncodedQuery(vector, [.. encoded.Select(part => part.Value.Cached)]);
    }

    /// <summary>The weighted sum, normalised. One part of weight 1 stays bit for bit what it is.</summary>
    private static byte[]? Combine(int dimensions, IReadOnlyList<QueryPart> parts, Result<(byte[] Vector, bool? Cached)>[] encoded)
    {
        if (parts is [{ Weight: 1 }])
            return encoded[0].Value.Vector;
        var sum = new double[dimensions];
        for (var i = 0; i < encoded.Length; i++)
        {
            var vector = MemoryMarshal.Cast<byte, float>(encoded[i].Value.Vector.AsSpan());
            for (var d = 0; d < dimensions; d++)
                sum[d] += parts[i].Weight * vector[d];
        }

        var bytes = new byte[dimensions * sizeof(float)];
        var combined = MemoryMarshal.Cast<byte, float>(bytes.AsSpan());
        for (var d = 0; d < dimensions; d++)
            combined[d] = (float)sum[d];
        return IsBeyondRounding(sum, parts) && VectorMath.TryNormalize(combined) ? bytes : null;
    }

    /// <summary>Unit vectors that cancel out leave a remainder of rounding errors, which points nowhere.</summary>
    private static bool IsBeyondRounding(double[] sum, IReadOnlyList<QueryPart> parts)
    {
        const double RelativeError = 1e-6;
        var length = Math.Sqrt(sum.Sum(x => x * x));
        return length > RelativeError * parts.Sum(part => Math.Abs(part.Weight));
    }

    private async Task<Result<(byte[] Vector, bool? Cached)>> EncodePartAsync(OpenIndex index, Source source, CancellationToken cancel)
    {
        switch (source.Kind)
        {
            case SourceKind.Vector:
                return (source.Vector!, null);
            case SourceKind.Id:
                return await ReadStoredAsync(index, source.Id!, cancel);
        }

        var model = await models.OfIndexAsync(index);
        if (!model.IsSuccess)
            return model.Error;
        switch (source.Kind)
        {
            case SourceKind.Text:
                var text = await embeddings.EmbedTextAsync(index.Tenant, model.Value, source.Text!, mayWait: false, cancel);
                return text.IsSuccess ? (text.Value.Vector, text.Value.Cached) : text.Error;
            case SourceKind.ImageUrl:
                var fetched = await fetcher.FetchAsync(source.ImageUrl!, cancel);
                if (!fetched.IsSuccess)
                    return fetched.Error;
                using (fetched.Value)
                    return await EmbedImageAsync(index, model.Value, fetched.Value, cancel);
            case SourceKind.ImageBase64:
                return await EmbedImageAsync(index, model.Value, source.Image!, cancel);
            default:
                throw new InvalidOperationException($"{source.Kind} is not a source of a query.");
        }
    }

    private async Task<Result<(byte[] Vector, bool? Cached)>> EmbedImageAsync(OpenIndex index, EncoderModel model, ImageBuffer image, CancellationToken cancel)
    {
        var embedded = await embeddings.EmbedImageAsync(index.Tenant, model, image.Bytes, ThumbnailMode.None, mayWait: false, cancel);
        return embedded.IsSuccess ? (embedded.Value.Vector, embedded.Value.Cached) : embedded.Error;
    }

    private async Task<Result<(byte[] Vector, bool? Cached)>> ReadStoredAsync(OpenIndex index, string id, CancellationToken cancel)
    {
        var shard = directory.Shard(index, ShardRouting.ShardOf(id, index.Shards));
        var rows = await calls.RepeatAsync(() => shard.Read(new ReadDocuments(index.Version, [id], IncludeVector: true)), CallPatience.OfRead, cancel);
        if (!rows.IsSuccess)
            return rows.Error;
        return rows.Value[0]?.Vector is { Length: > 0 } vector
            ? (vector, null)
            : Error.Of(Slugs.DocumentNotFound, $"There is no document '{Json.Pointer.Quote(id)}' in index '{index.Name}'.");
    }
}
