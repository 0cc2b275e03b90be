namespace ClipOrleans.Contracts.Errors;

/// <summary>The catalog of tenants and indexes cannot be read or written at the moment. What was asked may or may not have been done; it is safe to repeat.</summary>
[GenerateSerializer, Alias("clip.CatalogUnavailableException")]
public sealed class CatalogUnavailableException : OrleansException
{
    public CatalogUnavailableException()
    {
    }

    public CatalogUnavailableException(string message)
        : base(message)
    {
    }

    public CatalogUnavailableException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
