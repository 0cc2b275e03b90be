using System.Globalization;
using ClipOrleans.Client.Keys;
using Spectre.Console;

namespace ClipOrleans.Cli.Keys;

/// <summary>Keys as a person reads them.</summary>
internal static class KeyTable
{
    public static void Write(IAnsiConsole console, IReadOnlyList<KeyDescription> keys)
    {
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumns("id", "name", "role", "indexes", "created", "expires", "last used");
        foreach (var key in keys)
        {
            table.AddRow(
                Markup.Escape(key.Id), Markup.Escape(key.Name), RoleOf(key), Markup.Escape(key.Indexes is null ? "all" : string.Join(", ", key.Indexes)),
                Time(key.CreatedAt), Time(key.ExpiresAt), Time(key.LastUsedAt));
        }

        console.Write(table);
    }

    public static string RoleOf(KeyDescription key) => key.Role switch
    {
        KeyRole.Read => "read",
        KeyRole.Write => "write",
        _ => "admin",
    };

    private static string Time(DateTimeOffset? time) => time is { } known ? known.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) : "never";
}
