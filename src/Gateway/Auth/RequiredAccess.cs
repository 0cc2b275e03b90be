namespace ClipOrleans.Gateway.Auth;

/// <summary>What a key may do; each role may do what those before it may. The roles have the numbers of <see cref="Contracts.Tenants.KeyRole"/>.</summary>
internal enum Access
{
    /// <summary>No key is needed: nothing of any tenant is told.</summary>
    Anyone = 0,
    Read = 1,
    Write = 2,
    Admin = 3,

    /// <summary>The operator's key, which is no key of a tenant.</summary>
    Operator = 4,
}

/// <summary>Stands on every endpoint and says whose key it takes.</summary>
/// <param name="Access">The role.</param>
/// <param name="AllIndexes">A key for certain indexes will not do: what is made here is another index, or another key.</param>
internal sealed record RequiredAccess(Access Access, bool AllIndexes = false);
