namespace ClipOrleans.Repository.Tests.Tidy;

/// <summary>Every exception from a tidy rule, in the open, with its reason. A path that no longer needs its entry turns a test red.</summary>
internal static class Exceptions
{
    public static IReadOnlyDictionary<string, string> LargeBlobs { get; } = new Dictionary<string, string>
    {
        ["models/fashion-clip-mini/onnx/text_model.onnx"] = "weights of the default model: a fresh clone must answer a search without a download",
        ["models/fashion-clip-mini/onnx/vision_model.onnx"] = "weights of the default model: a fresh clone must answer a search without a download",
    };

    public static IReadOnlyDictionary<string, string> Delays { get; } = new Dictionary<string, string>
    {
        ["tests/Grains.Tests/Placement/ShardMovingTests.cs"] = "looks again until the placement, which tells nobody, has done what it will; no time is assumed",
        ["tests/EndToEnd/Processes/Deadline.cs"] = "asks another process for a condition until it holds or a deadline passes: there is no signal to wait for",
    };

    public static IReadOnlyDictionary<string, string> FilesPastTheDisk { get; } = new Dictionary<string, string>
    {
        ["src/Storage/Backup/BackupUpload.cs"] = "reads when files were last written, which no disk of a test knows, and changes nothing by it",
        ["src/Storage/Maintenance/LowPriority.cs"] = "asks the system for a low priority of a thread; it touches no file",
    };
}
