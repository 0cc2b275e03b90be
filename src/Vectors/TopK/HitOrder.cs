namespace ClipOrleans.Vectors.TopK;

/// <summary>The one order of hits: score descending, then id ascending by UTF-16 code units. Shards and merge share it.</summary>
public static class HitOrder
{
    /// <returns>Negative when A comes first, positive when B does, zero for the same score and id.</returns>
    public static int Compare(float scoreA, string idA, float scoreB, string idB)
    {
        var byScore = scoreB.CompareTo(scoreA);
        return byScore != 0 ? byScore : string.CompareOrdinal(idA, idB);
    }
}
