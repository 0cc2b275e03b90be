using System.Buffers.Text;
using System.Text;

namespace ClipOrleans.EndToEnd.Isolation;

/// <summary>What a request may name: everything that a path, a query or a body of the API identifies something by.</summary>
internal sealed record Names(string Tenant, string Index, string Document, string Snapshot, string Key, string Value)
{
    /// <summary>Where a list of documents goes on after the document, as the server writes it.</summary>
    public string DocumentCursor => Cursor(1, Document);

    /// <summary>Where the list of tenants goes on after the tenant.</summary>
    public string TenantCursor => Cursor(2, Tenant);

    /// <summary>All of them, to be looked for and to be replaced.</summary>
    public IReadOnlyList<string> All => [Tenant, Index, Document, Snapshot, Key, Value, DocumentCursor, TenantCursor];

    /// <summary>
    /// Names of the same shape and length that nobody has or ever had: whoever may not know whether something is there must get the
    /// same answer for it as for its twin.
    /// </summary>
    public Names Twin() => new(Unlike(Tenant), Unlike(Index), Unlike(Document), Next(Snapshot), Next(Key), Unlike(Value));

    private static string Unlike(string marked) => marked.Replace(TwoTenants.Marker, TwoTenants.Ghost, StringComparison.Ordinal);

    /// <summary>Digits and letters that the server made: each becomes the next one of its kind, but for the date of a snapshot, which must stay one.</summary>
    private static string Next(string made)
    {
        var from = made.LastIndexOf('-') + 1;
        return made[..from] + string.Concat(made[from..].Select(letter => letter switch
        {
            '9' => '0',
            'f' => 'a',
            'z' => 'y',
            _ => (char)(letter + 1),
        }));
    }

    private static string Cursor(byte version, string last) => Base64Url.EncodeToString([version, .. Encoding.UTF8.GetBytes(last)]);
}
