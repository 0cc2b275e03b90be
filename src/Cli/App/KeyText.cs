namespace ClipOrleans.Cli.App;

/// <summary>Files that hold one API key.</summary>
internal static class KeyText
{
    /// <summary>Longer files are no keys; what was given by mistake is not read whole.</summary>
    private const int MaxLength = 512;

    public static string Read(string file)
    {
        using var reader = new StreamReader(file);
        var buffer = new char[MaxLength + 1];
        var text = new string(buffer, 0, reader.ReadBlock(buffer)).Trim();
        return text.Length is > 0 and < MaxLength && !text.Any(char.IsWhiteSpace) ? text : throw new CliError($"{file} holds no API key: one line without spaces");
    }

    /// <summary>Makes the file, readable by its owner alone from the first moment on.</summary>
    /// <exception cref="IOException">It exists: a key that somebody still uses is not written over.</exception>
    public static StreamWriter Make(string file)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new StreamWriter(file, options);
    }
}
