namespace ClipOrleans.Client.Embeddings;

/// <summary>The JSON objects of an embedding call, in OpenAI's shape.</summary>
internal sealed record TextEmbeddingBody(string Model, IReadOnlyList<string> Input);

internal sealed record MixedEmbeddingBody(string Model, IReadOnlyList<EmbeddingInput> Input);

internal sealed record EmbeddingsBody(IReadOnlyList<EmbeddingBody> Data);

internal sealed record EmbeddingBody(int Index, ReadOnlyMemory<float> Embedding);
