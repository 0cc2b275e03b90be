namespace ClipOrleans.Contracts.Keys;

/// <summary>A tenant's name: 1 to 63 characters of <c>[a-z0-9][a-z0-9-_]*</c>, so that it is safe as a grain key and as a folder.</summary>
public readonly record struct TenantId
{
    private TenantId(string value) => Value = value;

    /// <summary>The tenant of requests without a key when authentication is open.</summary>
    public static TenantId Default { get; } = new("default");

    public string Value { get; }

    /// <exception cref="FormatException">The text is not a tenant name.</exception>
    public static TenantId Parse(string text) =>
        TryParse(text, out var id) ? id : throw new FormatException($"'{text}' is not a tenant id: {NameRule.Description}");

    public static bool TryParse(string? text, out TenantId id)
    {
        var valid = NameRule.IsValid(text);
        id = valid ? new TenantId(text!) : default;
        return valid;
    }

    public override string ToString() => Value;
}
