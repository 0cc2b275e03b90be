using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Json;

namespace ClipOrleans.Gateway.Ingest;

/// <summary>One document of a request: what it is, or what is wrong with it. It holds no part of the request's bytes.</summary>
internal sealed class DocumentItem : IDisposable
{
    /// <summary>As given; null when none was, or none that is allowed.</summary>
    public string? Id { get; init; }

    public Source? Source { get; init; }

    /// <summary>Canonical UTF-8 JSON.</summary>
    public byte[] Metadata { get; init; } = CanonicalJson.EmptyObject;

    public Error? Error { get; init; }

    public static DocumentItem Failed(Error error, string? id = null) => new() { Error = error, Id = id };

    /// <summary>The same document under the id that is known from elsewhere. It takes the source over.</summary>
    public DocumentItem WithId(string id) => new() { Id = id, Source = Source, Metadata = Metadata };

    public void Dispose() => Source?.Dispose();
}
