using ClipOrleans.Storage.Errors;

namespace ClipOrleans.Storage.Checking;

/// <summary>Collects what a check finds; of one severity so many that a report stays readable.</summary>
public sealed class CheckFindings
{
    private const int MostOfOneKind = 50;

    private readonly List<CheckFinding> _all = [];
    private readonly int[] _left = new int[Enum.GetValues<CheckSeverity>().Length];

    public IReadOnlyList<CheckFinding> All =>
    [
        .. _all,
        .. Enum.GetValues<CheckSeverity>().Where(severity => _left[(int)severity] > 0).Select(severity => new CheckFinding(severity, "", $"and {_left[(int)severity]} more of the kind.")),
    ];

    public void Note(string file, string reason) => Add(CheckSeverity.Note, file, reason);

    public void Repairable(string file, string reason) => Add(CheckSeverity.Repairable, file, reason);

    public void Damage(string file, string reason) => Add(CheckSeverity.Damage, file, reason);

    /// <summary>Does something; a file that is not what was written, or that the device does not give, is a finding.</summary>
    /// <returns>False when it was one.</returns>
    public bool Try(CheckSeverity severity, string file, Action work)
    {
        try
        {
            work();
            return true;
        }
        catch (ShardCorruptException fault)
        {
            Add(severity, fault.File, fault.Reason);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ShardReadException)
        {
            Add(severity, file, $"it cannot be read: {fault.Message}");
        }

        return false;
    }

    private void Add(CheckSeverity severity, string file, string reason)
    {
        if (_all.Count(finding => finding.Severity == severity) < MostOfOneKind)
            _all.Add(new CheckFinding(severity, file, reason));
        else
            _left[(int)severity]++;
    }
}
