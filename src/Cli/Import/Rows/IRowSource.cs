namespace ClipOrleans.Cli.Import.Rows;

/// <summary>Something that documents can be imported from. Reading it twice gives the same rows under the same numbers.</summary>
internal interface IRowSource
{
    /// <summary>Values are strings that still have to become what the index declares.</summary>
    bool IsUntyped { get; }

    /// <summary>The folder that relative image paths start from.</summary>
    string ImageFolder { get; }

    /// <summary>The names of the columns, if all rows have the same; otherwise null.</summary>
    Task<IReadOnlyList<string>?> ReadHeaderAsync(CancellationToken stop);

    /// <summary>Reads everything once.</summary>
    Task<SourceSurvey> SurveyAsync(CancellationToken stop);

    /// <summary>The rows in order, read as they are asked for.</summary>
    IAsyncEnumerable<SourceRow> ReadAsync(CancellationToken stop);
}

/// <summary>What one look over a source tells.</summary>
/// <param name="Rows">How many rows it has.</param>
/// <param name="Fingerprint">Differs when the content does.</param>
internal sealed record SourceSurvey(long Rows, string Fingerprint);
