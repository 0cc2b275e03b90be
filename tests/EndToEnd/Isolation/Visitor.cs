namespace ClipOrleans.EndToEnd.Isolation;

/// <summary>Someone at the door, with the key that he shows.</summary>
/// <param name="Name">For the report.</param>
/// <param name="Header">In which header; null: he shows none.</param>
/// <param name="Key">What he shows.</param>
/// <param name="Role">What the key may do; null: it is good for nothing.</param>
/// <param name="OnlyIndex">The only index that is there for it.</param>
internal sealed record Visitor(string Name, string? Header, string Key, string? Role, string? OnlyIndex = null)
{
    private static readonly string[] Roles = ["read", "write", "admin"];

    /// <summary>What the door says before anyone looks at what was asked for; null: nothing, he is let in.</summary>
    /// <param name="required">The role that the OpenAPI document tells; null: none.</param>
    public int? TurnedAwayWith(string? required)
    {
        if (required is null)
            return null;
        if (Role is null)
            return 401;
        var (own, needed) = (Array.IndexOf(Roles, Role), Array.IndexOf(Roles, required));
        return own < 0 || needed < 0 || own < needed ? 403 : null;
    }

    public void Show(HttpRequestMessage request)
    {
        if (Header is not null)
            request.Headers.Add(Header, Header == "Authorization" ? $"Bearer {Key}" : Key);
    }
}
