using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Contracts.Snapshots;
using ClipOrleans.Gateway.Admission;
using ClipOrleans.Gateway.Audit;
using ClipOrleans.Gateway.Auth;
using ClipOrleans.Gateway.Errors;
using ClipOrleans.Gateway.Indexes;
using ClipOrleans.Gateway.Json;
using ClipOrleans.Gateway.Snapshots;
using ClipOrleans.Gateway.Wire;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ClipOrleans.Gateway.Endpoints;

/// <summary>Snapshots of an index: make, list, look at, delete, fetch as an archive, restore.</summary>
internal static class SnapshotEndpoints
{
    private static readonly IReadOnlyList<string> RestoreMembers = GatewayJson.MembersOf<RestoreRequest>();

    public static void MapSnapshots(this RouteGroupBuilder v1)
    {
        var index = v1.MapGroup("/indexes/{index}").WithTags("Snapshots").WithErrors(Slugs.IndexNotFound);
        index.MapPost("/snapshots", CreateAsync).Produces<SnapshotResponse>(StatusCodes.Status201Created).Produces<SnapshotResponse>(StatusCodes.Status202Accepted)
            .For(Access.Admin).Named("createSnapshot", "Make a snapshot", "A copy of the index as it is now, made while it serves: every write that was answered before is in it. 201 when it is ready, 202 with the status creating when it takes longer.")
            .WithErrors(Slugs.SnapshotInProgress);
        index.MapGet("/snapshots", ListAsync)
            .For(Access.Admin).Named("listSnapshots", "List all snapshots of an index", "Also after the index is deleted: its snapshots stay until they are deleted themselves.");
        index.MapGet("/snapshots/{id}", GetAsync)
            .For(Access.Admin).Named("getSnapshot", "Look at a snapshot")
            .WithErrors(Slugs.SnapshotNotFound);
        index.MapDelete("/snapshots/{id}", DeleteAsync)
            .For(Access.Admin).Named("deleteSnapshot", "Delete a snapshot", "What was restored from it stays.")
            .WithErrors(Slugs.SnapshotNotFound, Slugs.SnapshotInProgress);
        index.MapGet("/snapshots/{id}/archive", ArchiveAsync).Produces(StatusCodes.Status200OK, null, ArchiveWriter.Tar)
            .For(Access.Admin).WithMetadata(Auditing.Wanted).Named("getSnapshotArchive", "Fetch a snapshot as one file", "A tar archive: backup.json with the checksum of every file, then the files.")
            .WithErrors(Slugs.SnapshotNotFound, Slugs.SnapshotInProgress, Slugs.BackupDamaged);
        index.MapPost("/restore", RestoreAsync).Accepts<RestoreRequest>(RequestJson.Json)
            .For(Access.Admin, allIndexes: true).Named("restoreSnapshot", "Restore a snapshot as a new index", "The index it was made of need not exist any more.")
            .WithErrors(Slugs.SnapshotNotFound, Slugs.InvalidName, Slugs.IndexExists, Slugs.QuotaExceeded, Slugs.BackupDamaged)
            .WithErrors(EndpointConventions.OfJsonBody);
    }

    public static void MapRestore(this RouteGroupBuilder v1) =>
        v1.MapPost("/restore", RestoreArchiveAsync).WithTags("Snapshots").Accepts<byte[]>(ArchiveWriter.Tar).Produces<IndexResponse>(StatusCodes.Status201Created)
            .For(Access.Admin, allIndexes: true).Named("restoreArchive", "Restore an archive as a new index", "The body is an archive as it was fetched. It is checked as it comes; an altered or truncated one leaves nothing.")
            .WithQuery("name")
            .WithErrors(Slugs.InvalidName, Slugs.IndexExists, Slugs.QuotaExceeded, Slugs.BackupDamaged, Slugs.BodyTooLarge, Slugs.UnsupportedMediaType);

    private static async Task<Results<Created<SnapshotResponse>, Accepted<SnapshotResponse>, ProblemResult>> CreateAsync(string index, HttpContext http, SnapshotService snapshots)
    {
        var made = await snapshots.CreateAsync(TenantFeature.Of(http), index);
        if (!made.IsSuccess)
            return new ProblemResult(made.Error);
        if (made.Value.State is SnapshotState.Failed)
            return new ProblemResult(Error.Of(Slugs.StorageUnavailable, made.Value.Problem ?? "The snapshot could not be made."));
        var location = $"/v1/indexes/{index}/snapshots/{made.Value.Id}";
        return made.Value.State is SnapshotState.Ready
            ? TypedResults.Created(location, View(made.Value))
            : TypedResults.Accepted(location, View(made.Value));
    }

    private static async Task<Results<Ok<SnapshotListResponse>, ProblemResult>> ListAsync(string index, HttpContext http, SnapshotService snapshots)
    {
        var all = await snapshots.ListAsync(TenantFeature.Of(http), index);
        return all.IsSuccess ? TypedResults.Ok(new SnapshotListResponse { Snapshots = [.. all.Value.Select(View)] }) : new ProblemResult(all.Error);
    }

    private static async Task<Results<Ok<SnapshotResponse>, ProblemResult>> GetAsync(string index, string id, HttpContext http, SnapshotService snapshots)
    {
        var one = await snapshots.GetAsync(TenantFeature.Of(http), index, id);
        return one.IsSuccess ? TypedResults.Ok(View(one.Value)) : new ProblemResult(one.Error);
    }

    private static async Task<Results<NoContent, ProblemResult>> DeleteAsync(string index, string id, HttpContext http, SnapshotService snapshots) =>
        await snapshots.DeleteAsync(TenantFeature.Of(http), index, id) is { } error ? new ProblemResult(error) : TypedResults.NoContent();

    private static async Task<IResult> ArchiveAsync(string index, string id, HttpContext http, SnapshotService snapshots, ArchiveWriter writer, Budgets budgets)
    {
        if (snapshots.Of(TenantFeature.Of(http), index) is not { } grain)
            return new ProblemResult(IndexDirectory.NotFound(index));
        if (!await budgets.Archives.WaitAsync(TimeSpan.Zero))
            return new ProblemResult(TooMany());
        try
        {
            return await writer.SendAsync(http, grain, id) is { } error ? new ProblemResult(error) : TypedResults.Empty;
        }
        finally
        {
            budgets.Archives.Release();
        }
    }

    private static async Task<Results<Created<IndexResponse>, ProblemResult>> RestoreAsync(string index, HttpContext http, RequestReader requests, SnapshotService snapshots)
    {
        var body = await requests.ReadJsonAsync(http);
        if (!body.IsSuccess)
            return new ProblemResult(body.Error);
        using var json = body.Value;
        var faults = new Faults();
        var fields = JsonFields.Open(json.Root, "", faults, RestoreMembers);
        var (snapshot, name) = (fields.Text("snapshot", 1, NameRule.MaxLength), fields.Text("name", 1, NameRule.MaxLength));
        if (fields.IsObject && (snapshot is null || name is null))
            faults.Malformed("", "Both snapshot and name are needed.");
        if (faults.Any)
            return new ProblemResult(faults.ToError());
        if (!NameRule.IsValid(name))
            return new ProblemResult(Error.At(Slugs.InvalidName, $"The name of an index has {NameRule.Description}.", "/name"));
        return Answer(await snapshots.RestoreAsync(TenantFeature.Of(http), index, snapshot!, name!));
    }

    private static async Task<Results<Created<IndexResponse>, ProblemResult>> RestoreArchiveAsync(
        HttpContext http, SnapshotService snapshots, ArchiveReader reader, Budgets budgets, string? name = null)
    {
        if (!RequestJson.HasType(http, ArchiveWriter.Tar))
            return new ProblemResult(RequestJson.UnsupportedType(http, ArchiveWriter.Tar));
        if (name is not null && !NameRule.IsValid(name))
            return new ProblemResult(Error.At(Slugs.InvalidName, $"The name of an index has {NameRule.Description}.", "name"));
        if (!await budgets.Archives.WaitAsync(TimeSpan.Zero))
            return new ProblemResult(TooMany());
        try
        {
            var tenant = TenantFeature.Of(http);
            return Answer(await snapshots.LearnAsync(tenant, await reader.RestoreAsync(http, tenant, name)));
        }
        finally
        {
            budgets.Archives.Release();
        }
    }

    private static Results<Created<IndexResponse>, ProblemResult> Answer(Result<Contracts.Indexes.IndexStatus> restored) => restored.IsSuccess
        ? TypedResults.Created($"/v1/indexes/{restored.Value.Description.Spec.Name}", IndexView.Of(restored.Value))
        : new ProblemResult(restored.Error);

    private static Error TooMany() => Error.Of(Slugs.Overloaded, "Enough archives are on their way already: try again in a moment.");

    private static SnapshotResponse View(SnapshotInfo info) => new()
    {
        Id = info.Id,
        Index = info.Index,
        CreatedAt = info.CreatedAt.UtcDateTime,
        Status = info.State switch
        {
            SnapshotState.Creating => "creating",
            SnapshotState.Ready => "ready",
            SnapshotState.Failed => "failed",
            _ => throw new InvalidDataException($"{info.State} is not a state of a snapshot."),
        },
        Shards = info.Shards,
        Documents = info.Documents,
        Bytes = info.Bytes,
        Problem = info.Problem,
    };
}
