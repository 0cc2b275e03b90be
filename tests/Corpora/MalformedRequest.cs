namespace ClipOrleans.Tests.Corpora;

/// <summary>A request that no server should take.</summary>
/// <param name="Name">What is wrong with it; unique.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">Path and query, percent-encoded, to be sent as it is.</param>
/// <param name="ContentType">The Content-Type header; null sends none.</param>
/// <param name="Body">The body; null sends none.</param>
/// <param name="Status">The status that is the right answer.</param>
public sealed record MalformedRequest(string Name, string Method, string Path, string? ContentType, byte[]? Body, int Status);
