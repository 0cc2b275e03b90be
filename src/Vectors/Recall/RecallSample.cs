using ClipOrleans.Vectors.Search;

namespace ClipOrleans.Vectors.Recall;

/// <summary>A query that was answered and waits to be answered again, exactly.</summary>
/// <param name="Query">Its vector; the sample's own copy.</param>
/// <param name="Options">What was asked, as a search for ten.</param>
/// <param name="Band">Number of its <see cref="SelectivityBand"/>.</param>
internal sealed record RecallSample(float[] Query, SearchOptions Options, int Band);
