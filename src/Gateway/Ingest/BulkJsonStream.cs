using System.Globalization;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Admission;
using ClipOrleans.Gateway.Json;
using ClipOrleans.Gateway.Options;

namespace ClipOrleans.Gateway.Ingest;

/// <summary>
/// <c>{"documents":[…]}</c>, read document by document: no more of the body is in memory than the document at hand.
/// What is wrong outside the documents fails the whole request.
/// </summary>
internal sealed class BulkJsonStream(PipeReader body, DocumentReader documents, Budgets budgets, LimitOptions limits)
    : DocumentStream(documents, budgets)
{
    public const string Member = "documents";

    private const int FirstRead = 64 * 1024;

    private JsonReaderState _state = new(new JsonReaderOptions { MaxDepth = StrictJson.MaxDepth + 2 });
    private Place _place = Place.BeforeRoot;
    private bool _seen;
    private int _count;

    private enum Place
    {
        BeforeRoot = 0,
        InRoot = 1,
        BeforeArray = 2,
        InArray = 3,
        AfterRoot = 4,
    }

    private enum Step
    {
        NeedMore = 0,
        Document = 1,
        End = 2,
    }

    public override async IAsyncEnumerable<DocumentItem> ReadAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        using var buffer = new StreamBuffer(body, limits.MaxBulkBodyBytes, (int)limits.MaxBodyBytes);
        while (Failure is null)
        {
            switch (Advance(buffer, out var document, out var consumed))
            {
                case Step.Document:
                    yield return await ParseAsync(document, cancel);
                    buffer.Consume(consumed);
                    break;
                case Step.NeedMore:
                    buffer.Consume(consumed);
                    // Twice as much as was not enough: a long document is scanned a few times, not once a packet.
                    Failure ??= buffer.IsFull ? TooLong() : await buffer.FillAsync(Math.Max(FirstRead, 2 * buffer.Unread.Length), cancel);
                    break;
                default:
                    yield break;
            }
        }
    }

    /// <param name="buffer">The bytes at hand.</param>
    /// <param name="document">The text of the next document, when there is one.</param>
    /// <param name="consumed">How many bytes are done with (once the document, if there is one, is).</param>
    private Step Advance(StreamBuffer buffer, out ReadOnlyMemory<byte> document, out int consumed)
    {
        document = default;
        consumed = 0;
        var reader = new Utf8JsonReader(buffer.Unread.Span, buffer.IsEnd, _state);
        try
        {
            while (Failure is null)
            {
                var before = reader;
                if (!reader.Read())
                {
                    if (!buffer.IsEnd)
                        return Pause(ref reader, ref consumed);
                    return End();
                }

                if (_place == Place.InArray && reader.TokenType != JsonTokenType.EndArray)
                {
                    var start = (int)reader.TokenStartIndex;
                    if (!reader.TrySkip())
                        return Pause(ref before, ref consumed);
                    document = buffer.Unread[start..(int)reader.BytesConsumed];
                    Failure = ++_count > Contracts.Limits.MaxDocumentsPerRequest ? TooMany() : null;
                    Pause(ref reader, ref consumed);
                    return Failure is null ? Step.Document : Step.NeedMore;
                }

                Enter(ref reader);
            }
        }
        catch (JsonException syntax)
        {
            Failure = StrictJson.Describe(syntax, "The request body", Slugs.MalformedRequest);
        }

        return Step.NeedMore;
    }

    private Step Pause(ref Utf8JsonReader reader, ref int consumed)
    {
        consumed = (int)reader.BytesConsumed;
        _state = reader.CurrentState;
        return Step.NeedMore;
    }

    /// <summary>One token outside of the documents.</summary>
    private void Enter(ref Utf8JsonReader reader)
    {
        switch (_place, reader.TokenType)
        {
            case (Place.BeforeRoot, JsonTokenType.StartObject):
                _place = Place.InRoot;
                break;
            case (Place.BeforeRoot, _):
                Failure = Error.At(Slugs.MalformedRequest, "This must be a JSON object with the member 'documents'.", "");
                break;
            case (Place.InRoot, JsonTokenType.PropertyName):
                EnterMember(ref reader);
                break;
            case (Place.InRoot, _):
                _place = Place.AfterRoot;
                break;
            case (Place.BeforeArray, JsonTokenType.StartArray):
                _place = Place.InArray;
                break;
            case (Place.BeforeArray, _):
                Failure = Error.At(Slugs.MalformedRequest, "This must be an array of documents.", "/" + Member);
                break;
            case (Place.InArray, _):
                _place = Place.InRoot;
                break;
            default:
                throw new InvalidOperationException($"The token {reader.TokenType} can't stand at {_place}.");
        }
    }

    private void EnterMember(ref Utf8JsonReader reader)
    {
        if (Surrogates.HasLoneEscape(reader.ValueSpan))
        {
            // It can't be compared with anything: reading it throws.
            Failure = Error.At(Slugs.MalformedRequest, "The name escapes half of a surrogate pair, which is no Unicode text.", "");
        }
        else if (!reader.ValueTextEquals(Member))
        {
            var name = System.Text.Encoding.UTF8.GetString(reader.ValueSpan);
            Failure = Error.At(Slugs.UnknownMember, "There is no member of this name; known is documents.", Pointer.Child("", name));
        }
        else if (_seen)
        {
            Failure = Error.At(Slugs.MalformedRequest, "The member occurs twice in its object.", "/" + Member);
        }
        else
        {
            _seen = true;
            _place = Place.BeforeArray;
        }
    }

    private Step End()
    {
        if (!_seen)
            Failure = Error.At(Slugs.MalformedRequest, "The member 'documents' is needed.", "/" + Member);
        return Step.End;
    }

    private static Error TooMany() => Error.At(
        Slugs.MalformedRequest,
        string.Create(CultureInfo.InvariantCulture, $"One request takes at most {Contracts.Limits.MaxDocumentsPerRequest} documents. Send more as application/x-ndjson."),
        "/" + Member);

    private Error TooLong() => Error.At(
        Slugs.BodyTooLarge,
        string.Create(CultureInfo.InvariantCulture, $"One document may have at most {limits.MaxBodyBytes} bytes."),
        Pointer.Child("/" + Member, _count));
}
