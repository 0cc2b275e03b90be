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

    /// <summary>Puts stars over the values of secret settings. Where the system does not let us, they stay as they are.</summary>
    /// <param name="names">Of the settings, without dashes.</param>
    public static void HideSecrets(params string[] names)
    {
        if (!OperatingSystem.IsLinux() || !Environment.GetCommandLineArgs().Any(argument => ValueOf(argument, names) is not null))
            return;
        var stat = File.ReadAllText("/proc/self/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var (start, end) = (Address(fields[StartField]), Address(fields[StartField + 1]));
        if (start == 0 || end <= start)
            return;
        var bytes = new byte[end - start];
        Marshal.Copy((nint)start, bytes, 0, bytes.Length);
        foreach (var (at, length) in Secrets(bytes, names))
            Marshal.Copy(Enumerable.Repeat((byte)'*', length).ToArray(), 0, (nint)(start + at), length);
    }

    /// <summary>The values of secret settings in arguments that end with a zero each: <c>--Key=value</c>, <c>--Key:value</c>, or the argument after <c>--Key</c>.</summary>
    internal static IEnumerable<(int At, int Length)> Secrets(byte[] arguments, IReadOnlyList<string> names)
    {
        var (at, isNext) = (0, false);
        while (at < arguments.Length)
        {
            var length = Array.IndexOf(arguments, (byte)0, at) is var zero && zero < 0 ? arguments.Length - at : zero - at;
            var value = ValueOf(Encoding.Latin1.GetString(arguments, at, length), names);
            if (isNext)
                yield return (at, length);
            else if (value > 0)
                yield return (at + value.Value, length - value.Value);
            isNext = value == 0 && !isNext;
            at += length + 1;
        }
    }

    /// <returns>Where in the argument the value of a secret begins; 0 when it is the next argument; null when there is none.</returns>
    private static int? ValueOf(string argument, IReadOnlyList<string> names)
    {
        var start = argument.Length - argument.TrimStart('-', '/').Length;
        foreach (var name in start == 0 ? [] : names)
        {
            var end = start + name.Length;
            if (string.Compare(argument, start, name, 0, name.Length, StringComparison.OrdinalIgnoreCase) != 0)
                continue;
            if (end == argument.Length)
                return 0;
            if (end < argument.Length && argument[end] is '=' or ':')
                return end + 1;
        }

        return null;
    }

    private static long Address(string field) => (long)ulong.Parse(field, CultureInfo.InvariantCulture);
}
