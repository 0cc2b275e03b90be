using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Indexes;
using ClipOrleans.Gateway.Ingest;
using ClipOrleans.Gateway.Wire;

namespace ClipOrleans.Gateway.Search;

/// <summary>Pages through documents in id order: a search without a query, which may not be partial.</summary>
internal sealed class ScrollService(SearchService search)
{
    public async Task<Result<ScrollResponse>> ReadAsync(OpenIndex index, ScrollRequest request, CancellationToken cancel)
    {
        // One more than the page tells whether there is another page.
        using var query = new SearchQuery
        {
            Parts = [],
            Filter = request.Filter,
            TopK = request.Limit + 1,
            Offset = 0,
            IncludeMetadata = true,
            IncludeVector = request.IncludeVector,
            FailWhenPartial = true,
            AfterId = request.AfterId,
        };
        var found = await search.RunAsync(index, query, cancel);
        if (!found.IsSuccess)
            return found.Error;
        var page = found.Value.Page.Take(request.Limit).ToList();
        return new ScrollResponse
        {
            Documents = [.. page.Select(hit => DocumentView.Of(index, hit.Row!))],
            Cursor = found.Value.Page.Count > request.Limit ? ScrollCursor.Write(page[^1].Id) : null,
        };
    }
}
