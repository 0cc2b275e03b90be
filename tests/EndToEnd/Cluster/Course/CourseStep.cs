using System.Globalization;

namespace ClipOrleans.EndToEnd.Cluster.Course;

/// <summary>What is to happen to a cluster: <c>kill:20</c> is twenty kills, <c>stop:60</c> a silo that stands still for a minute.</summary>
/// <param name="Name">One of the names.</param>
/// <param name="Amount">Times of a kill; seconds of all others; 0 where there is nothing to count.</param>
internal sealed record CourseStep(string Name, int Amount)
{
    public const string Kill = "kill";
    public const string Restart = "restart";
    public const string Join = "join";
    public const string Rest = "rest";
    public const string Stop = "stop";
    public const string Divide = "divide";

    /// <summary>A silo that is silent for so long is dead to the others (6 to 7 seconds; decision 0013): its shards are taken from it.</summary>
    private const int LeastSilence = 10;

    /// <param name="course">Steps separated by blanks, in the order in which they happen.</param>
    /// <exception cref="FormatException">There is a step that is none.</exception>
    public static IReadOnlyList<CourseStep> Parse(string course) => [.. course.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(ParseOne)];

    private static CourseStep ParseOne(string text)
    {
        var parts = text.Split(':');
        var amount = parts.Length == 2 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        var isGood = parts[0] switch
        {
            Restart or Join => parts.Length == 1,
            Kill or Rest => amount > 0,
            Stop or Divide => amount >= LeastSilence,
            _ => false,
        };
        return isGood ? new CourseStep(parts[0], amount)
            : throw new FormatException($"'{text}' is no step: kill:<times>, restart, join, rest:<seconds>, stop:<seconds> or divide:<seconds> ({LeastSilence} or more).");
    }
}
