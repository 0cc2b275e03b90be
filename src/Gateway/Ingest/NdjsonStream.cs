using System.Globalization;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Admission;
using ClipOrleans.Gateway.Options;

namespace ClipOrleans.Gateway.Ingest;

/// <summary>
/// One document a line, any number of lines. A bad line is the failure of that line alone. Blank lines are passed over.
/// The sender may wait for answers before it goes on; only long silence ends the stream.
/// </summary>
internal sealed class NdjsonStream(PipeReader body, DocumentReader documents, Budgets budgets, LimitOptions limits, TimeProvider clock)
    : DocumentStream(documents, budgets)
{
    private readonly TimeSpan _idle = TimeSpan.FromSeconds(limits.MaxStreamIdleSeconds);

    public override async IAsyncEnumerable<DocumentItem> ReadAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        using var buffer = new StreamBuffer(body, long.MaxValue, (int)limits.MaxBodyBytes);
        var scanned = 0;
        var skipping = false;
        while (true)
        {
            var unread = buffer.Unread;
            var newline = unread.Span[scanned..].IndexOf((byte)'\n');
            if (newline < 0 && !buffer.IsEnd && !buffer.IsFull)
            {
                scanned = unread.Length;
                if (!await FillAsync(buffer, cancel))
                    yield break;
                continue;
            }

            var length = newline < 0 ? unread.Length : scanned + newline;
            scanned = 0;
            if (newline < 0 && !buffer.IsEnd)
            {
                // A line that does not fit: say so once, then pass over the rest of it.
                if (!skipping)
                    yield return DocumentItem.Failed(TooLong());
                skipping = true;
                buffer.Consume(length);
                continue;
            }

            if (!skipping && !unread.Span[..length].Trim(" \t\r"u8).IsEmpty)
                yield return await ParseAsync(unread[..length], cancel);
            skipping = false;
            buffer.Consume(newline < 0 ? length : length + 1);
            if (newline < 0)
                yield break;
        }
    }

    private async ValueTask<bool> FillAsync(StreamBuffer buffer, CancellationToken cancel)
    {
        using var timer = new CancellationTokenSource(_idle, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, timer.Token);
        try
        {
            await buffer.FillAsync(buffer.Unread.Length + 1, either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            Failure = Error.Of(Slugs.Timeout, string.Create(CultureInfo.InvariantCulture, $"Nothing came for {_idle.TotalSeconds} seconds."));
            return false;
        }
    }

    private Error TooLong() => Error.Of(
        Slugs.BodyTooLarge, string.Create(CultureInfo.InvariantCulture, $"A line may have at most {limits.MaxBodyBytes} bytes."));
}
