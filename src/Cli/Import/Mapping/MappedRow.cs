using ClipOrleans.Client.Documents;
using ClipOrleans.Client.Errors;

namespace ClipOrleans.Cli.Import.Mapping;

/// <summary>A row as a document that can be sent, or why it cannot: exactly one of document and problem.</summary>
internal sealed record MappedRow(long Number, string? Id, DocumentInput? Document, Problem? Problem)
{
    public bool HasImage => Document is { Image: not null } or { ImageUrl: not null };

    /// <summary>About what it takes in a request.</summary>
    public long Bytes => (Document?.Image?.Length ?? 0) + 4L * (Document?.Vector?.Length ?? 0);

    public static MappedRow Refused(long number, string? id, string title, string detail) =>
        new(number, id, null, new Problem { Title = title, Detail = detail });
}
