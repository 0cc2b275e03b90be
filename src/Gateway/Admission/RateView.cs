namespace ClipOrleans.Gateway.Admission;

/// <summary>How a tenant stands with what it may use in a minute.</summary>
/// <param name="IsAllowed">Whether what was asked for may be used.</param>
/// <param name="Limit">Of a minute; null: none is known.</param>
/// <param name="Left">Of it, as far as this gateway knows.</param>
/// <param name="ResetSeconds">Until the next minute.</param>
internal readonly record struct RateView(bool IsAllowed, int? Limit, int Left, int ResetSeconds)
{
    public static RateView Unlimited { get; } = new(true, null, 0, 0);
}
