using ClipOrleans.Contracts.Documents;
using ClipOrleans.Gateway.Indexes;
using ClipOrleans.Gateway.Search;
using ClipOrleans.Gateway.Wire;

namespace ClipOrleans.Gateway.Ingest;

/// <summary>A stored document as callers see it.</summary>
internal static class DocumentView
{
    public static DocumentResponse Of(OpenIndex index, DocumentRow row) => new()
    {
        Id = row.Id,
        Metadata = new RawJson(row.Metadata),
        ImageUrl = SearchAnswer.ImageUrlOf(index, row),
        Text = row.Text,
        Model = row.Model,
        CreatedAt = row.CreatedAt.UtcDateTime,
        UpdatedAt = row.UpdatedAt.UtcDateTime,
        Vector = row.Vector is { Length: > 0 } vector ? new VectorJson(vector) : null,
    };
}
