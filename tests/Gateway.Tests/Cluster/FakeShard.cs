using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using ClipOrleans.Contracts.Documents;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Contracts.Search;
using ClipOrleans.Contracts.Snapshots;
using ClipOrleans.Vectors;
using ClipOrleans.Vectors.Filters;
using ClipOrleans.Vectors.Search;
using Orleans.Concurrency;

namespace ClipOrleans.Gateway.Tests.Cluster;

/// <summary>A shard in memory. It refuses other versions of its index, as a real one does.</summary>
internal sealed class FakeShard(FakeCluster cluster) : IShardGrain
{
    private readonly Lock _lock = new();
    private readonly List<Stored> _rows = [];
    private readonly Dictionary<string, int> _byId = new(StringComparer.Ordinal);
    private VectorCollection _vectors = new(1, FieldSchema.Empty);
    private IndexDescription? _index;
    private int _number;

    public List<int> WriteSizes { get; } = [];

    /// <summary>Every sending, also those that a fault met.</summary>
    public ConcurrentQueue<DocumentBatch> Sent { get; } = new();

    public void Configure(IndexDescription description, int number)
    {
        lock (_lock)
        {
            (_index, _number) = (description, number);
            _vectors = new VectorCollection(description.Spec.Dimensions, new FieldSchema(
                [.. description.Spec.Fields.Select(field => new FieldDefinition(field.Name, FieldTypes.TryParse(field.Type, out var type) ? type : FieldType.None))]));
            foreach (var (id, locator) in _byId)
                Index(id, locator);
            _vectors.Publish();
        }
    }

    public Task<Result<long>> GetSequence() => Task.FromResult(Result<long>.Ok(_rows.Count));

    public Task HandOver(string silo) => throw new NotSupportedException("The cluster does it.");

    public Task<Result<ShardStatus>> Configure(ShardSpec spec) => throw new NotSupportedException("The catalog does it.");

    public async Task<Result<DocumentBatchResult>> Write(DocumentBatch batch)
    {
        Sent.Enqueue(batch);
        if (await cluster.Faults.PassAsync<DocumentBatchResult>("write") is { } fault)
            return fault;
        lock (_lock)
        {
            if (Refuse(batch.IndexVersion) is { } refusal)
                return refusal;
            WriteSizes.Add(batch.Operations.Length);
            var outcomes = batch.Operations.Select(Apply).ToImmutableArray();
            _vectors.Publish();
            return new DocumentBatchResult(outcomes, _rows.Count);
        }
    }

    public async Task<Result<long>> DeleteMatching(long indexVersion, Immutable<byte[]> filter, DateTimeOffset? notAfter)
    {
        if (await cluster.Faults.PassAsync<long>("deleteMatching") is { } fault)
            return fault;
        lock (_lock)
        {
            if (Refuse(indexVersion) is { } refusal)
                return refusal;
            var ids = _vectors.View.MatchingIds(Parse(filter.Value), int.MaxValue, null);
            foreach (var id in ids)
                Remove(id);
            _vectors.Publish();
            return ids.Count;
        }
    }

    public async Task<Result<ShardHits>> Search(ShardQuery query, CancellationToken cancellation = default)
    {
        if (await cluster.Faults.PassAsync<ShardHits>("search") is { } fault)
            return fault;
        if (await cluster.Faults.PassAsync<ShardHits>($"search/{_number}") is { } own)
            return own;
        lock (_lock)
        {
            if (Refuse(query.IndexVersion) is { } refusal)
                return refusal;
            Assert.InRange(query.BudgetMilliseconds, 1, 60_000);
            var options = new SearchOptions
            {
                TopK = query.TopK,
                MinScore = query.MinScore,
                Filter = query.Filter is null ? null : Parse(query.Filter),
                ExcludeId = query.ExcludeId,
                Facets = query.Facets,
                FacetLimit = int.MaxValue,
            };
            var outcome = query.Vector is null
                ? _vectors.View.Browse(query.AfterId, 0, query.TopK, options)
                : _vectors.View.Search(MemoryMarshal.Cast<byte, float>(query.Vector), options, cancellation);
            return new ShardHits(
                [.. outcome.Hits.Select(hit => hit.Id)],
                MemoryMarshal.AsBytes<float>(outcome.Hits.Select(hit => hit.Score).ToArray()).ToArray(),
                MemoryMarshal.AsBytes<long>(outcome.Hits.Select(hit => hit.Locator).ToArray()).ToArray(),
                query.IncludeRows ? [.. outcome.Hits.Select(hit => Row((int)hit.Locator, query.IncludeVectors))] : [],
                outcome.Matched,
                [.. outcome.Facets.Select(facet => new ShardFacet(
                    facet.Field, [.. facet.Values.Select(value => value.Value)], MemoryMarshal.AsBytes<long>(facet.Values.Select(value => value.Count).ToArray()).ToArray()))],
                Exact: true,
                cluster.Plan(new ShardPlan(_number, "exact-scan-all", _vectors.LiveRows, outcome.Matched, outcome.Cost.RowsScored, 1, 1, 1, 1, 1)),
                cluster.SiloOf(_number));
        }
    }

    public Task<Result<ImmutableArray<DocumentRow?>>> Read(ReadDocuments request)
    {
        lock (_lock)
        {
            return Task.FromResult<Result<ImmutableArray<DocumentRow?>>>(Refuse(request.IndexVersion) is { } refusal
                ? refusal
                : request.Ids.Select(id => _byId.TryGetValue(id, out var at) ? Row(at, request.IncludeVector) : null).ToImmutableArray());
        }
    }

    public async Task<Result<ImmutableArray<DocumentRow>>> ReadHits(ReadHits request)
    {
        if (await cluster.Faults.PassAsync<ImmutableArray<DocumentRow>>($"readHits/{_number}") is { } fault)
            return fault;
        lock (_lock)
        {
            return Refuse(request.IndexVersion) is { } refusal
                ? refusal
                : MemoryMarshal.Cast<byte, long>(request.Locators).ToArray().Select(at => Row((int)at, request.IncludeVector)).ToImmutableArray();
        }
    }

    public Task<Result<StoredImage>> ReadImage(long indexVersion, string id)
    {
        lock (_lock)
        {
            return Task.FromResult<Result<StoredImage>>(
                Refuse(indexVersion) is { } refusal ? refusal
                : !_byId.TryGetValue(id, out var at) ? Error.Of(Slugs.DocumentNotFound, "There is no such document.")
                : _rows[at].Operation.Image is { } image ? new StoredImage(image, _rows[at].Operation.ImageContentType!)
                : Error.Of(Slugs.ImageNotFound, "No image is kept."));
        }
    }

    public Task<ShardStatus> GetStatus() => Task.FromResult(
        new ShardStatus(
            _number, ShardState.Ready, 100, _vectors.LiveRows, 1000, _vectors.BytesInMemory, _rows.Count, 1, "fake", null,
            new MemoryBytes(_vectors.Memory.Vectors, _vectors.Memory.Codes, _vectors.Memory.Other, _vectors.Memory.Mapped),
            cluster.Codes,
            cluster.Recall(_number)));

    public Task<Result<ShardCopy>> Copy(string folder) => throw new NotSupportedException("The grains of snapshots do it.");

    public Task<Error?> Restore(string folder, ShardCopy copy) => throw new NotSupportedException("The grains of snapshots do it.");

    public Task<Error?> Drop()
    {
        _index = null;
        return Task.FromResult<Error?>(null);
    }

    private Error? Refuse(long version) =>
        _index is null ? Error.Of(Slugs.IndexNotFound, "The shard is gone.")
        : _index.Version != version ? Error.Of(Slugs.IndexChanged, $"The index has version {_index.Version}.")
        : null;

    private WriteOutcome Apply(DocumentOperation operation)
    {
        var exists = _byId.TryGetValue(operation.Id, out var at);
        switch (operation.Kind)
        {
            case OperationKind.Upsert:
                Assert.Equal(_index!.Spec.Dimensions * sizeof(float), operation.Vector!.Length);
                Put(operation.Id, operation, exists ? _rows[at].CreatedAt : FakeCatalog.Now);
                return new WriteOutcome(exists ? WriteStatus.Updated : WriteStatus.Created);
            case OperationKind.PatchMetadata when exists:
                var merged = Merge(JsonNode.Parse(_rows[at].Operation.Metadata!), JsonNode.Parse(operation.Metadata!));
                using (var checkedMetadata = System.Text.Json.JsonDocument.Parse(merged!.ToJsonString()))
                {
                    if (!MetadataReader.TryRead(checkedMetadata.RootElement, _vectors.Schema, out _, out var faults))
                        return new WriteOutcome(WriteStatus.Failed, Error.At(Slugs.InvalidMetadata, faults[0].Message, "/metadata" + faults[0].Pointer));
                }

                Put(operation.Id, _rows[at].Operation with { Metadata = System.Text.Encoding.UTF8.GetBytes(merged.ToJsonString()) }, _rows[at].CreatedAt);
                return new WriteOutcome(WriteStatus.Updated);
            case OperationKind.Delete when exists:
                Remove(operation.Id);
                return new WriteOutcome(WriteStatus.Deleted);
            default:
                return new WriteOutcome(WriteStatus.NotFound);
        }
    }

    private void Put(string id, DocumentOperation operation, DateTimeOffset createdAt)
    {
        _rows.Add(new Stored(operation, createdAt));
        _byId[id] = _rows.Count - 1;
        Index(id, _rows.Count - 1);
    }

    private void Index(string id, int at)
    {
        var operation = _rows[at].Operation;
        _vectors.Upsert(id, MemoryMarshal.Cast<byte, float>(operation.Vector!), MetadataReader.ReadLenient(operation.Metadata ?? "{}"u8.ToArray(), _vectors.Schema), at);
    }

    private void Remove(string id)
    {
        _byId.Remove(id);
        _vectors.Delete(id);
    }

    private DocumentRow Row(int at, bool includeVector)
    {
        var (operation, createdAt) = _rows[at];
        return new DocumentRow(
            operation.Id, operation.Metadata!, operation.ImageUrl, operation.Text, _index!.Spec.Model, _index.Spec.ModelRevision, createdAt, FakeCatalog.Now,
            operation.Image is not null, includeVector ? operation.Vector : null);
    }

    private Filter Parse(byte[] filter) =>
        FilterParser.TryParse(filter, _vectors.Schema, out var parsed, out var faults) ? parsed : throw new InvalidOperationException(faults[0].Message);

    private static JsonNode? Merge(JsonNode? target, JsonNode? patch)
    {
        if (patch is not JsonObject changes)
            return patch?.DeepClone();
        var merged = target as JsonObject ?? [];
        merged = merged.DeepClone().AsObject();
        foreach (var (name, value) in changes)
        {
            var old = merged[name];
            merged.Remove(name);
            if (value is not null)
                merged[name] = Merge(old, value);
        }

        return merged;
    }

    private sealed record Stored(DocumentOperation Operation, DateTimeOffset CreatedAt);
}
