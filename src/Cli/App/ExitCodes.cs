namespace ClipOrleans.Cli.App;

/// <summary>What a script learns from the end of the command.</summary>
internal static class ExitCodes
{
    public const int Ok = 0;
    public const int Failed = 1;
    public const int Usage = 2;
    public const int Interrupted = 130; // 128 + SIGINT, as shells report it.
}
