using System.Text;
using ClipOrleans.Silo;
using ClipOrleans.Silo.Startup;

namespace ClipOrleans.Grains.Tests.Silo;

// Danger: a key that others can read, that a restart replaces, or that two processes make two of.
// Invariant: the file of the operator's key is made once, whole, for its owner alone; the command line shows no secret.
// Method: a folder; arguments as the system lays them out.
public sealed class OperatorKeyFileTests
{
    [Fact]
    public async Task The_key_is_made_once_and_for_its_owner_alone()
    {
        using var data = new TempFolder();
        var settings = SiloApplication.Check([$"--Storage:Path={data.Path}", "--Auth:Mode=keys"]);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => OperatorKeyFile.Ensure(settings))));
        var file = Path.Combine(data.Path, "operator.key");
        Assert.Equal(file, OperatorKeyFile.PathOf(settings));
        var key = await File.ReadAllTextAsync(file);
        Assert.Matches("^clip_operator_[A-Za-z0-9_-]{43}\n$", key);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        OperatorKeyFile.Ensure(settings);
        Assert.Equal(key, await File.ReadAllTextAsync(file));
        Assert.Equal([file], Directory.EnumerateFileSystemEntries(data.Path));
    }

    [Theory]
    [InlineData]
    [InlineData("--Auth:Mode=keys", "--Auth:OperatorKey=given-as-such")]
    [InlineData("--Auth:Mode=keys", "--Auth:OperatorKeyFile=elsewhere")]
    [InlineData("--Auth:Mode=keys", "--Roles=shard,encoder", "--Cluster:Provider=redis", "--Cluster:ConnectionString=x")]
    public void Where_a_key_is_given_or_not_needed_none_is_made(params string[] arguments)
    {
        using var data = new TempFolder();
        OperatorKeyFile.Ensure(SiloApplication.Check([$"--Storage:Path={data.Path}", .. arguments]));
        Assert.Empty(Directory.EnumerateFileSystemEntries(data.Path));
    }

    [Theory]
    [InlineData("dotnet|a.dll|--Auth:OperatorKey=secret|--urls=x|", "dotnet|a.dll|--Auth:OperatorKey=******|--urls=x|")]
    [InlineData("a|--auth:operatorkey|secret|--Auth:Mode=keys|", "a|--auth:operatorkey|******|--Auth:Mode=keys|")]
    [InlineData("a|/Cluster:ConnectionString=h:1,password=p|", "a|/Cluster:ConnectionString=**************|")]
    [InlineData("a|--Auth:OperatorKeyFile=f|--Auth:OperatorKey=|", "a|--Auth:OperatorKeyFile=f|--Auth:OperatorKey=|")]
    [InlineData("a|--Auth:OperatorKey=s", "a|--Auth:OperatorKey=*")]
    [InlineData("clip|search|--key|s1|--key-file|f|--url|u|", "clip|search|--key|**|--key-file|f|--url|u|")]
    [InlineData("clip|--key:s1|key=shop|--keys=x|", "clip|--key:**|key=shop|--keys=x|")]
    [InlineData("clip|--key|--key|--url|u|", "clip|--key|*****|--url|u|")]
    public void Secrets_of_a_command_line_are_found(string arguments, string hidden)
    {
        var bytes = Encoding.Latin1.GetBytes(arguments.Replace('|', '\0'));
        foreach (var (at, length) in ProcessArguments.Secrets(bytes, ["Auth:OperatorKey", "Cluster:ConnectionString", "key"]).ToList())
            bytes.AsSpan(at, length).Fill((byte)'*');
        Assert.Equal(hidden, Encoding.Latin1.GetString(bytes).Replace('\0', '|'));
    }
}
