using System.Net;

namespace ClipOrleans.Client.Http;

/// <summary>A complete answer of the server.</summary>
internal sealed record ApiAnswer(HttpStatusCode Status, string MediaType, byte[] Body, TimeSpan? RetryAfter)
{
    public bool IsSuccess => (int)Status is >= 200 and < 300;
}
