using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace ClipOrleans.Silo.Startup;

/// <summary>
/// What others see of this process's command line. The arguments of a process can be read by every user of the machine; they
/// lie in memory of the process, which may overwrite them.
/// </summary>
internal static class ProcessArguments
{
    /// <summary>Fields of <c>/proc/self/stat</c> after the name, which may hold spaces: where the arguments begin and end.</summary>
    private const int StartField = 45;

    private static readonly string[] s_secrets = ["Auth:OperatorKey", "Cluster:ConnectionString"];

    /// <summary>Puts stars over the values of secret settings. Where the system does not let us, they stay as they are.</summary>
    public static void HideSecrets()
    {
        if (!OperatingSystem.IsLinux() || !Environment.GetCommandLineArgs().Any(IsSecret))
            return;
        var stat = File.ReadAllText("/proc/self/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var (start, end) = (Address(fields[StartField]), Address(fields[StartField + 1]));
        if (start == 0 || end <= start)
            return;
        var bytes = new byte[end - start];
        Marshal.Copy((nint)start, bytes, 0, bytes.Length);
        foreach (var (at, length) in Secrets(bytes))
            Marshal.Copy(Enumerable.Repeat((byte)'*', length).ToArray(), 0, (nint)(start + at), length);
    }

    /// <summary>The values of secret settings in arguments that end with a zero each: <c>--Key=value</c>, or the argument after <c>--Key</c>.</summary>
    internal static IEnumerable<(int At, int Length)> Secrets(byte[] arguments)
    {
        var (at, isNext) = (0, false);
        while (at < arguments.Length)
        {
            var length = Array.IndexOf(arguments, (byte)0, at) is var zero && zero < 0 ? arguments.Length - at : zero - at;
            var text = Encoding.Latin1.GetString(arguments, at, length);
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            if (isNext)
                yield return (at, length);
            else if (equals > 0 && IsSecret(text))
                yield return (at + equals + 1, length - equals - 1);
            isNext = equals < 0 && IsSecret(text);
            at += length + 1;
        }
    }

    private static bool IsSecret(string argument) => s_secrets.Any(secret =>
        argument.TrimStart('-', '/').Split('=')[0].Equals(secret, StringComparison.OrdinalIgnoreCase));

    private static long Address(string field) => (long)ulong.Parse(field, CultureInfo.InvariantCulture);
}
