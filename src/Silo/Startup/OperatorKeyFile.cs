using System.Buffers.Text;
using System.Security.Cryptography;
using ClipOrleans.Gateway.Options;

namespace ClipOrleans.Silo.Startup;

/// <summary>
/// The file of the operator's key that is made where none is configured: <c>operator.key</c> under <c>Storage:Path</c>, which
/// only the user of this process may read. It is there whole or not at all, and one that is there is never replaced.
/// </summary>
internal static class OperatorKeyFile
{
    private const string Name = "operator.key";
    private const int SecretBytes = 32;

    /// <summary>The file that holds the key; null where it is set as such, or not needed.</summary>
    public static string? PathOf(ProcessSettings settings) =>
        settings.Auth is not { NeedsKeys: true, OperatorKey: "" } || !settings.Roles.HasGateway ? null
        : settings.Auth.OperatorKeyFile is { Length: > 0 } given ? Path.GetFullPath(given)
        : Path.Combine(settings.Storage.FullPath, Name);

    /// <summary>Makes the file where it is needed and not there. The folder is there.</summary>
    /// <exception cref="StartException">It cannot be made.</exception>
    public static void Ensure(ProcessSettings settings)
    {
        if (PathOf(settings) is not { } path || settings.Auth.OperatorKeyFile.Length > 0 || File.Exists(path))
            return;
        // A name that nobody else takes: containers on one volume all have the process id 1.
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            Write(temporary, $"clip_operator_{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes))}");
            File.Move(temporary, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another process of the cluster was faster: its key is the key.
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"Auth:OperatorKeyFile: no key of the operator can be kept at {path} ({fault.Message}). Name a file that holds one, or set Auth:OperatorKey.");
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Tells the gateway of the file.</summary>
    public static void Configure(IConfigurationManager configuration, ProcessSettings settings)
    {
        if (PathOf(settings) is { } path)
            configuration.AddInMemoryCollection([new($"{AuthOptions.Section}:{nameof(AuthOptions.OperatorKeyFile)}", path)]);
    }

    private static void Write(string path, string key)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new FileStream(path, options);
        using var writer = new StreamWriter(file);
        writer.WriteLine(key);
        writer.Flush();
        file.Flush(flushToDisk: true);
    }
}
