namespace ClipOrleans.Vectors.Recall;

/// <summary>What was measured of the searches whose filters match about the same share of the documents.</summary>
/// <param name="Selectivity">Name of the band: one of <see cref="SelectivityBand.Names"/>.</param>
/// <param name="Recall">Share of the true ten best that searches found, 0 to 1; newer queries count more.</param>
/// <param name="Low">Lower end of the 95 % interval of <paramref name="Recall"/>.</param>
/// <param name="High">Upper end of it.</param>
/// <param name="Queries">Queries that the figure rests on: those measured, less what has faded.</param>
/// <param name="Effort">Level at which searches of the band run now; one more about halves what is missed.</param>
public sealed record BandRecall(string Selectivity, double Recall, double Low, double High, long Queries, double Effort);
