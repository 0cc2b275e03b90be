namespace ClipOrleans.Vectors.Ann;

/// <summary>How far a search of lists goes.</summary>
/// <param name="Doubt">Expected share of the wanted hits in lists that are not read; reading stops there.</param>
/// <param name="Candidates">Rows that are scored with longer codes.</param>
/// <param name="Finalists">Rows that are scored with the precise vectors.</param>
internal readonly record struct SearchEffort(float Doubt, int Candidates, int Finalists)
{
    private const int ReferenceTopK = 10;
    private const double ReferenceRows = 100_000;

    /// <summary>The effort of a level: with one more, misses are about half.</summary>
    /// <param name="level">0 is about a recall@10 of 0.95 on the reference data.</param>
    /// <param name="topK">Hits wanted.</param>
    /// <param name="rows">Rows of the collection.</param>
    /// <param name="hasComponents">Candidates are scored by 8-bit codes before the precise vectors.</param>
    public static SearchEffort Of(double level, int topK, int rows, bool hasComponents)
    {
        // A deeper list of hits has more of its rows near the bar of the candidates, but not in proportion.
        var depth = Math.Pow(Math.Max(1, topK / (double)ReferenceTopK), 0.75);
        // More rows crowd the bar too, while each list holds a smaller part of what is expected.
        var size = Math.Max(1, rows / ReferenceRows);
        var candidates = (hasComponents ? 200 : 100) * Math.Pow(2, level * 0.45) * Math.Pow(size, 0.35) * depth;
        var doubt = 0.03 * Math.Pow(2, level * -1.6) * Math.Pow(size, 0.6);
        // Near duplicates lie closer together than 8-bit codes can tell: what effort must be able to reach is a precise look at more of them.
        var spare = Math.Max(6, topK / 4) * Math.Pow(2, Math.Max(0, level) * 0.5);
        // There are no more candidates than rows, and room is taken for all of them.
        var most = Math.Max(1, rows);
        return new SearchEffort((float)doubt, (int)Math.Min(most, Math.Max(topK + (topK / 2), candidates)), (int)Math.Min(most, topK + spare));
    }
}
