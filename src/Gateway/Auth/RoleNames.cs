namespace ClipOrleans.Gateway.Auth;

/// <summary>What roles are called, in refusals as in the OpenAPI document.</summary>
internal static class RoleNames
{
    public static string Of(Access access) => access switch
    {
        Access.Read => "read",
        Access.Write => "write",
        Access.Admin => "admin",
        Access.Operator => "operator",
        _ => throw new ArgumentOutOfRangeException(nameof(access), access, "Nobody's key has this role."),
    };
}
