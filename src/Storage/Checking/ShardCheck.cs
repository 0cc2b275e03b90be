using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Fencing;
using ClipOrleans.Storage.Files;
using ClipOrleans.Storage.Log;
using ClipOrleans.Storage.Recovery;
using ClipOrleans.Storage.Snapshots;

namespace ClipOrleans.Storage.Checking;

/// <summary>
/// Reads every byte of a closed shard and says what is not as it was written. Nothing is changed but that the lock file
/// is made if it is missing. <see cref="ShardRepair"/> acts on what is found.
/// </summary>
public sealed class ShardCheck
{
    private readonly IDisk _disk;
    private readonly ShardFiles _files;
    private readonly Func<string, bool>? _belongs;
    private readonly CheckFindings _findings = new();
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    private ShardCheck(IDisk disk, ShardFiles files, Func<string, bool>? belongs) => (_disk, _files, _belongs) = (disk, files, belongs);

    internal bool IsManifestBad { get; private set; }

    internal bool IsMarkBad { get; private set; }

    /// <summary>All that was acknowledged can be read.</summary>
    internal bool IsLogWhole { get; private set; }

    internal IReadOnlyList<SnapshotName> BadSnapshots { get; private set; } = [];

    /// <summary>What the shard is; null where neither its manifest nor its log says so.</summary>
    public ShardDescriptor? Descriptor { get; private set; }

    public CheckReport Report { get; private set; } = null!;

    /// <param name="directory">The shard's own directory.</param>
    /// <param name="belongs">Whether a document of this id is one of this shard's; null when that is not known.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ShardLockedException">An engine has it open.</exception>
    /// <exception cref="IOException">The directory cannot be read.</exception>
    public static ShardCheck Run(string directory, Func<string, bool>? belongs = null, CancellationToken cancel = default) =>
        Run(LocalDisk.Instance, directory, belongs, cancel);

    internal static ShardCheck Run(IDisk disk, string directory, Func<string, bool>? belongs = null, CancellationToken cancel = default)
    {
        var files = new ShardFiles(Path.GetFullPath(directory));
        using (ShardLock.Acquire(disk, files))
        {
            var check = new ShardCheck(disk, files, belongs);
            check.Run(cancel);
            return check;
        }
    }

    /// <summary>This report, with what an earlier one had and this one has not.</summary>
    internal ShardCheck WithRepaired(CheckReport before)
    {
        var gone = before.Findings.Where(static finding => finding.Severity == CheckSeverity.Repairable).Except(Report.Findings);
        Report = Report with { Findings = [.. gone.Select(static finding => finding with { IsRepaired = true }), .. Report.Findings] };
        return this;
    }

    private void Run(CancellationToken cancel)
    {
        var listed = _disk.List(_files.Directory);
        var documents = 0L;
        if (_disk.Exists(_files.Deleted))
            _findings.Note(_files.Deleted, "the shard was being removed. The next start of the server finishes that.");
        else
            documents = Check(cancel);
        NoteOthers(listed);
        Report = new CheckReport(CheckReport.Shard, _files.Directory, documents, listed.Sum(static file => file.Length), _findings.All);
    }

    /// <returns>How many documents the log makes.</returns>
    private long Check(CancellationToken cancel)
    {
        var mark = FindMark();
        if (FindManifest() is not { } manifest)
            return 0;
        Descriptor = manifest.Descriptor;
        if (IsNew(manifest, mark))
            return 0;

        // What opening would take: it raises the epoch above both.
        manifest = manifest with { Epoch = Math.Max(manifest.Epoch, mark?.Epoch ?? 0) + 1 };
        using var segments = new SegmentFiles(_disk, _files, manifest.Geometry);
        var log = new LogCheck(segments, mark, manifest.Epoch, _findings);
        log.Run(cancel);
        IsLogWhole = log.IsWhole;
        CheckDescriptor(manifest, log);
        CheckBelonging(log);
        NoteGivenBack(segments, manifest.Geometry.SegmentOf(mark?.Begin ?? segments.FirstAddress()));
        (var named, BadSnapshots) = new SnapshotCheck(_disk, _files, segments, mark, manifest, _findings).Run(log, cancel);
        _known.UnionWith(named);
        return log.Documents.Count;
    }

    private CommitPoint? FindMark()
    {
        CommitPoint? mark = null;
        IsMarkBad = !_findings.Try(CheckSeverity.Repairable, _files.Mark, () => mark = CommitMark.Find(_disk, _files));
        return mark;
    }

    private ShardManifest? FindManifest()
    {
        ShardManifest? manifest = null;
        if (_disk.Exists(_files.Manifest))
            IsManifestBad = !_findings.Try(CheckSeverity.Repairable, _files.Manifest, () => manifest = ShardManifest.Parse(_disk.ReadAll(_files.Manifest), _files.Manifest));
        else
            _findings.Repairable(_files.Manifest, "the file is missing.");
        if (manifest is not null)
            return manifest;

        // The log has one; which epoch the last owner had is not known then.
        var isFound = _findings.Try(CheckSeverity.Damage, _files.LogBase, () => manifest = ManifestSearch.Find(_disk, _files) with { Epoch = int.MaxValue });
        return isFound ? manifest : null;
    }

    private bool IsNew(ShardManifest manifest, CommitPoint? mark)
    {
        var hasLog = _disk.List(_files.Directory).Any(static file => ShardFiles.TryParseSegment(file.Name, out _));
        if (hasLog || mark is { Sequence: > 0 })
        {
            if (mark is null && !IsMarkBad)
                _findings.Repairable(_files.Mark, "the file is missing: how far the log was acknowledged is not known.");
            return false;
        }

        if (mark is null && manifest.Epoch > ShardRecovery.FirstEpoch)
            _findings.Damage(_files.Segment(0), $"log and commit mark are gone, and '{Path.GetFileName(_files.Manifest)}' says that the shard was opened before (epoch {manifest.Epoch}).");
        else
            IsLogWhole = true;
        return true;
    }

    private void CheckDescriptor(ShardManifest manifest, LogCheck log)
    {
        if (!log.IsWhole || log.Manifest?.Descriptor is not { } own)
            return;
        if (own.Dimensions != manifest.Descriptor.Dimensions || own.Model != manifest.Descriptor.Model || own.ModelRevision != manifest.Descriptor.ModelRevision)
            _findings.Damage(_files.Manifest, $"it says {manifest.Descriptor.Dimensions} dimensions of '{manifest.Descriptor.Model}', the log {own.Dimensions} of '{own.Model}': one of them is another shard's.");
        else if (own.IndexVersion > manifest.Descriptor.IndexVersion)
            _findings.Note(_files.Manifest, $"it is at version {manifest.Descriptor.IndexVersion} of the index, the log at {own.IndexVersion}. The next opening brings it up.");
        Descriptor = own;
    }

    private void CheckBelonging(LogCheck log)
    {
        if (_belongs is null || log.Documents.Keys.Where(id => !_belongs(id)).ToList() is not [var first, ..] foreign)
            return;
        _findings.Damage(_files.LogBase, $"{foreign.Count} of {log.Documents.Count} documents belong to another shard of the index ('{first}' is one): this is the log of that one, or the directory was renamed.");
    }

    private void NoteGivenBack(SegmentFiles segments, int begin)
    {
        foreach (var number in segments.Existing().Where(number => number < begin))
            _findings.Note(_files.Segment(number), "its space was given back. The next opening removes it.");
    }

    private void NoteOthers(IReadOnlyList<(string Name, long Length)> listed)
    {
        _known.UnionWith(new[] { _files.Manifest, _files.Deleted, _files.Lock, _files.Mark }.Select(static path => Path.GetFileName(path)));
        foreach (var (name, length) in listed.Where(file => !_known.Contains(file.Name) && !ShardFiles.TryParseSegment(file.Name, out _)))
        {
            var path = _files.InDirectory(name);
            if (name.EndsWith(SnapshotName.BadSuffix, StringComparison.Ordinal))
                _findings.Note(path, $"{length} bytes, set aside since they could not be relied on; nothing needs them.");
            else if (name.EndsWith(DurableFile.TemporarySuffix, StringComparison.Ordinal) || ShardFiles.IsScratch(name) || ShardFiles.TryParseClaim(name, out _) || SnapshotName.IsAny(name))
                _findings.Note(path, $"{length} bytes that a crash has left; nothing needs them.");
            else
                _findings.Note(path, "no file of a shard.");
        }
    }
}
