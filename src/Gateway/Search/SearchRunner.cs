using System.Text.Json;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Gateway.Admission;
using ClipOrleans.Gateway.Errors;
using ClipOrleans.Gateway.Indexes;
using ClipOrleans.Gateway.Options;
using ClipOrleans.Gateway.Wire;
using Microsoft.Extensions.Options;

namespace ClipOrleans.Gateway.Search;

/// <summary>From the JSON of a search to its answer: reads it, runs it, writes it down; once more if the index has changed meanwhile.</summary>
internal sealed partial class SearchRunner(
    IndexDirectory directory, SearchService search, SearchAnswer answer, ComputePlaces places, IOptions<LimitOptions> limits, TimeProvider clock, ILogger<SearchRunner> logger)
{
    public Task<Result<SearchResponse>> RunAsync(TenantId tenant, string name, JsonElement request, string pointer, CancellationToken cancel)
    {
        var start = clock.GetTimestamp();
        return directory.WithAsync(tenant, name, async index =>
        {
            var query = await ReadAsync(index, request, pointer, cancel);
            if (!query.IsSuccess)
                return query.Error;
            using var read = query.Value;
            var found = await search.RunAsync(index, read, cancel);
            return found.IsSuccess
                ? answer.Write(index, read, found.Value, clock.GetElapsedTime(start))
                : Result<SearchResponse>.Fail(found.Error);
        });
    }

    /// <summary>One search of a batch: whatever becomes of it is its own result.</summary>
    public async Task<RawJson> RunOneOfManyAsync(TenantId tenant, string name, JsonElement request, string pointer, CancellationToken cancel)
    {
        try
        {
            var result = await RunAsync(tenant, name, request, pointer, cancel);
            return result.IsSuccess
                ? new RawJson(JsonSerializer.SerializeToUtf8Bytes(result.Value, GatewayJson.Relaxed.SearchResponse))
                : Failed(result.Error);
        }
        catch (Exception exception) when (!cancel.IsCancellationRequested)
        {
            LogFailed(exception);
            return Failed(ThrownErrors.ToError(exception));
        }
    }

    private async ValueTask<Result<SearchQuery>> ReadAsync(OpenIndex index, JsonElement request, string pointer, CancellationToken cancel)
    {
        using var place = await places.EnterAsync(index.Tenant, isImport: false, cancel);
        return new SearchReader(index, limits.Value).Read(request, pointer);
    }

    private static RawJson Failed(Error error) =>
        new(JsonSerializer.SerializeToUtf8Bytes(new BatchSearchFailure { Error = Problem.Of(error) }, GatewayJson.Relaxed.BatchSearchFailure));

    [LoggerMessage(1, LogLevel.Error, "A search of a batch failed")]
    private partial void LogFailed(Exception exception);
}
