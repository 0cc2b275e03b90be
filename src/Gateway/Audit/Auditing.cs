namespace ClipOrleans.Gateway.Audit;

/// <summary>Stands on an operation that is written to the audit log though it takes no admin's key, or only reads.</summary>
internal sealed record Auditing
{
    public static readonly Auditing Wanted = new();
}
