namespace ClipOrleans.Bench.Http;

/// <summary>What a request came to: which one it was, how long its client waited, and the body of the answer.</summary>
internal sealed record TimedAnswer(int Request, TimeSpan Time, byte[] Body);
