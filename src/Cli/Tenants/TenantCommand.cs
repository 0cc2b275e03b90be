using System.CommandLine;
using System.Globalization;
using ClipOrleans.Cli.App;
using ClipOrleans.Client.Tenants;
using Spectre.Console;

namespace ClipOrleans.Cli.Tenants;

/// <summary><c>clip tenant create|list|show|export|import|delete</c>, with the operator's key.</summary>
internal static class TenantCommand
{
    public static Command Build(Terminal terminal, Connection connection) => new("tenant", "Creates, lists, shows, exports, imports and deletes tenants; needs the operator's key.")
    {
        Create(terminal, connection),
        List(terminal, connection),
        Show(terminal, connection),
        TenantExport.Build(terminal, connection),
        TenantImport.Build(terminal, connection),
        Delete(terminal, connection),
    };

    private static Argument<string> Id() => new("id") { Description = "The tenant: lower-case letters, digits, - and _" };

    private static Command Create(Terminal terminal, Connection connection)
    {
        var id = Id();
        var indexes = new Option<int?>("--max-indexes") { Description = "Indexes that it has at once" };
        var documents = new Option<long?>("--max-documents") { Description = "Documents in all its indexes" };
        var bytes = new Option<long?>("--max-bytes") { Description = "Bytes on disk of all its indexes" };
        var requests = new Option<int?>("--requests-per-minute") { Description = "Requests within a minute" };
        var encodes = new Option<int?>("--encodes-per-minute") { Description = "Texts and images embedded within a minute" };
        var command = new Command("create", "Creates a tenant. What is not limited here is as much as there is.") { id, indexes, documents, bytes, requests, encodes };
        command.SetAction(async (line, stop) =>
        {
            var quotas = new Quotas
            {
                MaxIndexes = line.GetValue(indexes),
                MaxDocuments = line.GetValue(documents),
                MaxBytes = line.GetValue(bytes),
                RequestsPerMinute = line.GetValue(requests),
                EncodesPerMinute = line.GetValue(encodes),
            };
            using var client = connection.Open(line);
            var created = await client.Tenants.CreateAsync(line.GetRequiredValue(id), quotas, stop).ConfigureAwait(false);
            terminal.Out.MarkupLineInterpolated($"Created tenant [green]{created.Id}[/]. Next: clip key create \"first\" --role admin --tenant {created.Id}");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command List(Terminal terminal, Connection connection)
    {
        var command = new Command("list", "Lists the tenants by id, one a line.");
        command.SetAction(async (line, stop) =>
        {
            using var client = connection.Open(line);
            // As they come: there may be a million of them.
            await foreach (var tenant in client.Tenants.ListAsync(stop).ConfigureAwait(false))
                await terminal.Raw.WriteLineAsync(tenant.Id).ConfigureAwait(false);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Show(Terminal terminal, Connection connection)
    {
        var id = Id();
        var command = new Command("show", "Shows one tenant with what it may use.") { id };
        command.SetAction(async (line, stop) =>
        {
            using var client = connection.Open(line);
            var tenant = await client.Tenants.GetAsync(line.GetRequiredValue(id), stop).ConfigureAwait(false);
            var facts = new Grid().AddColumn().AddColumn();
            Add("id", tenant.Id);
            Add("status", tenant.Status);
            Add("created", tenant.CreatedAt?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "not yet");
            Add("indexes", Of(tenant.Indexes, tenant.Quotas.MaxIndexes));
            Add("documents", $"at most {Limit(tenant.Quotas.MaxDocuments)}");
            Add("on disk", tenant.Quotas.MaxBytes is { } bytes ? $"at most {Quantity.Bytes(bytes)}" : "at most what there is");
            Add("requests", $"at most {Limit(tenant.Quotas.RequestsPerMinute)} a minute");
            Add("encodes", $"at most {Limit(tenant.Quotas.EncodesPerMinute)} a minute");
            terminal.Out.Write(facts);
            return ExitCodes.Ok;

            void Add(string name, string value) => facts.AddRow($"[grey]{name}[/]", Markup.Escape(value));
        });
        return command;
    }

    private static Command Delete(Terminal terminal, Connection connection)
    {
        var id = Id();
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask" };
        var command = new Command("delete", "Deletes a tenant with everything it has: keys, indexes, documents, snapshots.") { id, yes };
        command.SetAction(async (line, stop) =>
        {
            using var client = connection.Open(line);
            var tenant = await client.Tenants.GetAsync(line.GetRequiredValue(id), stop).ConfigureAwait(false);
            if (!line.GetValue(yes) && !await ConfirmAsync(terminal, tenant, stop).ConfigureAwait(false))
                return ExitCodes.Failed;
            await client.Tenants.DeleteAsync(tenant.Id, stop).ConfigureAwait(false);
            terminal.Out.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"Deleted tenant [green]{tenant.Id}[/] with {tenant.Indexes:N0} indexes.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task<bool> ConfirmAsync(Terminal terminal, TenantDescription tenant, CancellationToken stop)
    {
        if (!terminal.IsInteractive)
            throw CliError.Usage($"Deleting {tenant.Id} needs a yes, and nobody can be asked here", "Add --yes");
        var question = string.Create(CultureInfo.InvariantCulture, $"Delete tenant {Markup.Escape(tenant.Id)} with {tenant.Indexes:N0} indexes?");
        return await terminal.Out.ConfirmAsync(question, defaultValue: false, stop).ConfigureAwait(false);
    }

    private static string Of(int count, int? most) => string.Create(CultureInfo.InvariantCulture, $"{count:N0}, at most {Limit(most)}");

    private static string Limit(long? most) => most?.ToString("N0", CultureInfo.InvariantCulture) ?? "what there is";
}
