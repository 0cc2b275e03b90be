namespace ClipOrleans.Vectors.Recall;

/// <summary>
/// The levels of effort: quarter steps between two ends, each known by its number. Up to the next whole level misses
/// about halve, which is where searches begin before anything was measured.
/// </summary>
internal static class EffortScale
{
    public const double Min = -4;

    public const double Max = 8;

    public const int StepsPerLevel = 4;

    public const int Levels = (int)((Max - Min) * StepsPerLevel) + 1;

    /// <summary>Share of misses that is expected at level 0.</summary>
    private const double MissesAtZero = 0.05;

    public static double LevelOf(int step) => Min + ((double)step / StepsPerLevel);

    /// <summary>Steps after which misses of one share have shrunk to another; negative when they may grow.</summary>
    public static double StepsBetween(double misses, double wanted) => StepsPerLevel * Math.Log2(misses / wanted);

    /// <summary>What misses are multiplied by, so many levels on.</summary>
    public static double MissesAfter(double levels) => Math.Pow(2, -levels);

    /// <summary>Where to begin for a target, 0 to 1; a target of 1 begins and stays at the top.</summary>
    public static int StartFor(double target)
    {
        var steps = ((0 - Min) * StepsPerLevel) + StepsBetween(MissesAtZero, 1 - target);
        return (int)Math.Clamp(Math.Ceiling(steps), 0, Levels - 1);
    }

    public static int Clamp(int step) => Math.Clamp(step, 0, Levels - 1);
}
