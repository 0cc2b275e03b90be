using ClipOrleans.Gateway.Fetch;

namespace ClipOrleans.Gateway.Ingest;

/// <summary>What an embedding is made from.</summary>
internal enum SourceKind
{
    None = 0,
    Text = 1,
    ImageUrl = 2,
    ImageBase64 = 3,
    Vector = 4,
    Id = 5,
}

/// <summary>One thing that is or becomes an embedding, checked as far as the request alone allows.</summary>
internal sealed class Source : IDisposable
{
    public required SourceKind Kind { get; init; }

    /// <summary>Where it stands in the request: pointer.</summary>
    public required string Pointer { get; init; }

    public string? Text { get; init; }

    public Uri? ImageUrl { get; init; }

    public ImageBuffer? Image { get; init; }

    /// <summary>Normalised, float32 little-endian.</summary>
    public byte[]? Vector { get; init; }

    /// <summary>The id of a stored document.</summary>
    public string? Id { get; init; }

    public void Dispose() => Image?.Dispose();

    public static string NameOf(SourceKind kind) => kind switch
    {
        SourceKind.Text => "text",
        SourceKind.ImageUrl => "imageUrl",
        SourceKind.ImageBase64 => "imageBase64",
        SourceKind.Vector => "vector",
        SourceKind.Id => "id",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not a source."),
    };
}
