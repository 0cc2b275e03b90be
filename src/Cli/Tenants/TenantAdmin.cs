using System.CommandLine;
using ClipOrleans.Cli.App;
using ClipOrleans.Client;
using ClipOrleans.Client.Keys;

namespace ClipOrleans.Cli.Tenants;

/// <summary>Work on what a tenant has, which the operator's key does not open: with a key of the tenant that is made for it and revoked behind it.</summary>
internal static class TenantAdmin
{
    /// <summary>Should this program be killed: then the key ends by itself.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(1);

    /// <summary>A busy server is waited for: an export that stops in the middle helps nobody.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    public static async Task<T> RunAsync<T>(
        Terminal terminal, Connection connection, ParseResult line, ClipOrleansClient operators, string tenant, string keyName, Func<ClipOrleansClient, Task<T>> work)
    {
        var keys = operators.Tenants.Keys(tenant);
        var definition = new KeyDefinition { Name = keyName, Role = KeyRole.Admin, ExpiresAt = terminal.Clock.GetUtcNow() + s_longest };
        var key = await keys.CreateAsync(definition, CancellationToken.None).ConfigureAwait(false);
        try
        {
            using var client = connection.Open(line, key.Key, s_patience);
            return await work(client).ConfigureAwait(false);
        }
        finally
        {
            await keys.DeleteAsync(key.Id, CancellationToken.None).ConfigureAwait(false);
        }
    }
}
