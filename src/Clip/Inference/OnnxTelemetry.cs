using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ClipOrleans.Clip.Inference;

/// <summary>
/// ONNX Runtime reports to its makers from the first session on (seen with 1.31 on Linux: a device id and a database under
/// the home folder, and connections out). A search engine on other people's pictures reports to nobody, so it is told
/// before it is loaded. The variable has to be in the environment of the C library: .NET keeps a copy of its own.
/// </summary>
internal static partial class OnnxTelemetry
{
    private const string Variable = "ORT_DISABLE_TELEMETRY";

#pragma warning disable CA2255 // ONNX Runtime is entered by several doors, and each of them is in this module.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Off()
    {
        Environment.SetEnvironmentVariable(Variable, "1");
        if (!OperatingSystem.IsWindows() && SetVariable(Variable, "1", 1) != 0)
            throw new InvalidOperationException($"{Variable} could not be set: error {Marshal.GetLastPInvokeError()}.");
    }

    [LibraryImport("libc", EntryPoint = "setenv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
