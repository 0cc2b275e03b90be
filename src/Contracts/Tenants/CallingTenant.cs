namespace ClipOrleans.Contracts.Tenants;

/// <summary>
/// Whose work a call to an encoder is, beside its arguments: a process of another version takes the call all the same, and then treats
/// all tenants as one.
/// </summary>
public static class CallingTenant
{
    private const string Key = "clip.tenant";

    /// <summary>For the calls of this flow of control from here on.</summary>
    public static void Set(string tenant) => RequestContext.Set(Key, tenant);

    /// <returns>The tenant, or an empty text where the caller did not say.</returns>
    public static string Get() => RequestContext.Get(Key) as string ?? "";
}
