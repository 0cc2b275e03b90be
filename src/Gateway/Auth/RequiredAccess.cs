namespace ClipOrleans.Gateway.Auth;

/// <summary>What a key may do; each role may do what those before it may.</summary>
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
internal sealed record RequiredAccess(Access Access);
