namespace ClipOrleans.Client.Documents;

/// <summary>The image that an index keeps of a document.</summary>
/// <param name="Bytes">The image file.</param>
/// <param name="ContentType">Its media type, for example <c>image/webp</c>.</param>
public sealed record StoredImage(ReadOnlyMemory<byte> Bytes, string ContentType);
