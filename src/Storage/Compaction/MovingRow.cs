using ClipOrleans.Storage.Log;

namespace ClipOrleans.Storage.Compaction;

/// <summary>A row to be copied to the end of the log, if it still is its document's newest when the writer comes to it.</summary>
/// <param name="Id">Of the document.</param>
/// <param name="Locator">Where the row was found.</param>
/// <param name="Row">In memory of its own.</param>
/// <param name="Image">The whole kept image; empty if there is none.</param>
internal sealed record MovingRow(string Id, long Locator, RowView Row, ReadOnlyMemory<byte> Image)
{
    public long Bytes => LiveBytes.Of(Row);
}

/// <param name="Bytes">Of the rows that were copied, with their images.</param>
/// <param name="LogBytes">By how much the log grew for it: ends of pages stay empty.</param>
internal readonly record struct MovedRows(long Bytes, long LogBytes);
