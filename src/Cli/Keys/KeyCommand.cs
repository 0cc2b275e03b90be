using System.CommandLine;
using System.Globalization;
using ClipOrleans.Cli.App;
using ClipOrleans.Client;
using ClipOrleans.Client.Keys;
using Spectre.Console;

namespace ClipOrleans.Cli.Keys;

/// <summary><c>clip key create|list|rotate|revoke</c>: by the operator, who names a tenant, or by a tenant's admin.</summary>
internal static class KeyCommand
{
    public static Command Build(Terminal terminal, Connection connection)
    {
        var tenant = new Option<string?>("--tenant") { Description = "Whose keys; needs the operator's key (default: those of the tenant whose key is shown)", Recursive = true };
        return new Command("key", "Makes, lists, replaces and revokes API keys.")
        {
            tenant,
            Create(terminal, connection, tenant),
            List(terminal, connection, tenant),
            Rotate(terminal, connection, tenant),
            Revoke(terminal, connection, tenant),
        };
    }

    private static KeysClient KeysOf(ClipOrleansClient client, string? tenant) => tenant is null ? client.Keys : client.Tenants.Keys(tenant);

    private static Argument<string> Id() => new("id") { Description = "The key's id, as \"clip key list\" shows it" };

    private static Option<string?> OutFile() => new("--out") { Description = "File to put the key in, for its owner alone; it must not be there yet (default: the key is printed)" };

    private static Option<string?> Expiry()
    {
        var expires = new Option<string?>("--expires") { Description = "When it ends, for example 2027-01-01 or 2027-01-01T12:00:00Z (default: never)" };
        expires.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && !TryParseTime(text, out _))
                result.AddError($"--expires must be a time such as 2027-01-01T12:00:00Z, not {text}.");
        });
        return expires;
    }

    private static Command Create(Terminal terminal, Connection connection, Option<string?> tenant)
    {
        var name = new Argument<string>("name") { Description = "For people, for example \"shop window\"" };
        var role = new Option<string>("--role") { Description = "read (search, get), write (and documents) or admin (and indexes, snapshots, keys)", Required = true };
        role.AcceptOnlyFromAmong("read", "write", "admin");
        var indexes = new Option<string[]>("--index") { Description = "The only index that is there for it; may be repeated (default: all)" };
        var (expires, file) = (Expiry(), OutFile());
        var command = new Command("create", "Makes an API key and tells it, this once.") { name, role, indexes, expires, file };
        command.SetAction(async (line, stop) =>
        {
            var definition = new KeyDefinition
            {
                Name = line.GetRequiredValue(name),
                Role = Enum.Parse<KeyRole>(line.GetRequiredValue(role), ignoreCase: true),
                Indexes = line.GetValue(indexes) is { Length: > 0 } given ? given : null,
                ExpiresAt = TimeOf(line.GetValue(expires)),
            };
            using var client = connection.Open(line);
            await TellAsync(terminal, line.GetValue(file), () => KeysOf(client, line.GetValue(tenant)).CreateAsync(definition, stop)).ConfigureAwait(false);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Rotate(Terminal terminal, Connection connection, Option<string?> tenant)
    {
        var (id, expires, file) = (Id(), Expiry(), OutFile());
        var command = new Command("rotate", "Makes a key that may do what another one may. Both work until the former is revoked.") { id, expires, file };
        command.SetAction(async (line, stop) =>
        {
            using var client = connection.Open(line);
            var (former, owner) = (line.GetRequiredValue(id), line.GetValue(tenant));
            await TellAsync(terminal, line.GetValue(file), () => KeysOf(client, owner).RotateAsync(former, TimeOf(line.GetValue(expires)), stop)).ConfigureAwait(false);
            terminal.Error.MarkupLineInterpolated($"When nothing uses the former one any more: clip key revoke {former}{(owner is null ? "" : $" --tenant {owner}")}");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command List(Terminal terminal, Connection connection, Option<string?> tenant)
    {
        var command = new Command("list", "Lists the keys with when each was used last; never the keys themselves.");
        command.SetAction(async (line, stop) =>
        {
            using var client = connection.Open(line);
            KeyTable.Write(terminal.Out, await KeysOf(client, line.GetValue(tenant)).ListAsync(stop).ConfigureAwait(false));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Revoke(Terminal terminal, Connection connection, Option<string?> tenant)
    {
        var id = Id();
        var command = new Command("revoke", "Ends a key: within five seconds it opens nothing anywhere.") { id };
        command.SetAction(async (line, stop) =>
        {
            using var client = connection.Open(line);
            var ended = line.GetRequiredValue(id);
            await KeysOf(client, line.GetValue(tenant)).DeleteAsync(ended, stop).ConfigureAwait(false);
            terminal.Out.MarkupLineInterpolated($"Revoked key [green]{ended}[/].");
            return ExitCodes.Ok;
        });
        return command;
    }

    /// <summary>Makes a key and tells it. The file is made first: a key that cannot be put anywhere would be lost, and stay valid.</summary>
    private static async Task TellAsync(Terminal terminal, string? path, Func<Task<CreatedKey>> make)
    {
        if (path is null)
        {
            var told = await make().ConfigureAwait(false);
            await terminal.Raw.WriteLineAsync(told.Key).ConfigureAwait(false);
            terminal.Error.MarkupLineInterpolated($"Made key {told.Id} ({KeyTable.RoleOf(told)}). It is told this once.");
            return;
        }

        CreatedKey made;
        var file = KeyText.Make(path);
        await using (file.ConfigureAwait(false))
        {
            try
            {
                made = await make().ConfigureAwait(false);
            }
            catch
            {
                File.Delete(path);
                throw;
            }

            await file.WriteLineAsync(made.Key).ConfigureAwait(false);
        }

        terminal.Out.MarkupLineInterpolated($"Made key [green]{made.Id}[/] ({KeyTable.RoleOf(made)}) in {path}.");
    }

    private static DateTimeOffset? TimeOf(string? text) => text is not null && TryParseTime(text, out var time) ? time : null;

    private static bool TryParseTime(string text, out DateTimeOffset time) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time);
}
