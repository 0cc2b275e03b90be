namespace ClipOrleans.Gateway.Fetch;

/// <summary>A host resolved to an address that may not be fetched from. It travels through HttpClient, which wraps what a connection throws.</summary>
internal sealed class AddressNotAllowedException : Exception
{
    public AddressNotAllowedException()
    {
    }

    public AddressNotAllowedException(string message)
        : base(message)
    {
    }

    public AddressNotAllowedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
