using ClipOrleans.Contracts.Search;

namespace ClipOrleans.Grains.Shards;

/// <summary>The time that a query brought with it.</summary>
internal static class SearchBudget
{
    /// <returns>Cancelled when the time is over or the caller is gone; at once when no time was left.</returns>
    public static CancellationTokenSource Of(ShardQuery query, CancellationToken caller)
    {
        var budget = CancellationTokenSource.CreateLinkedTokenSource(caller);
        if (query.BudgetMilliseconds > 0)
            budget.CancelAfter(query.BudgetMilliseconds);
        else
            budget.Cancel();
        return budget;
    }
}
