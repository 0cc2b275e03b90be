using System.Buffers;
using System.Globalization;
using ClipOrleans.Contracts.Errors;
using Microsoft.AspNetCore.Http.Features;

namespace ClipOrleans.Gateway.Admission;

/// <summary>A whole request body in one piece, counted against <see cref="Budgets.Bodies"/> until it is disposed.</summary>
internal sealed class RequestBody : IDisposable
{
    private const int FirstRent = 16 * 1024;

    private readonly ByteBudget _budget;
    private IMemoryOwner<byte>? _memory;
    private long _taken;
    private int _length;

    private RequestBody(ByteBudget budget) => _budget = budget;

    public ReadOnlyMemory<byte> Bytes => _memory?.Memory[.._length] ?? default;

    /// <returns>The body, or body-too-large, or overloaded.</returns>
    public static async ValueTask<Result<RequestBody>> ReadAsync(HttpContext http, long maxBytes, ByteBudget budget)
    {
        if (http.Request.ContentLength > maxBytes)
            return TooLarge(maxBytes);
        LiftServerLimit(http);
        var body = new RequestBody(budget);
        try
        {
            var error = await body.FillAsync(http, (int)Math.Min(maxBytes, Array.MaxLength));
            if (error is null)
                return body;
            body.Dispose();
            return error;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    /// <summary>The server's own limit gives way: each reader here counts for itself, with a limit that fits its path.</summary>
    public static void LiftServerLimit(HttpContext http) => SetServerLimit(http, null);

    /// <summary>For readers that don't count: the server ends what is longer.</summary>
    public static void SetServerLimit(HttpContext http, long? maxBytes)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
            feature.MaxRequestBodySize = maxBytes;
    }

    public static Error TooLarge(long maxBytes) =>
        Error.Of(Slugs.BodyTooLarge, string.Create(CultureInfo.InvariantCulture, $"The request body may have at most {maxBytes} bytes here."));

    public void Dispose()
    {
        _memory?.Dispose();
        _memory = null;
        _length = 0;
        _budget.Give(_taken);
        _taken = 0;
    }

    private async ValueTask<Error?> FillAsync(HttpContext http, int maxBytes)
    {
        var cancel = http.RequestAborted;
        if (!await ReserveAsync((int)(http.Request.ContentLength ?? FirstRent), cancel))
            return Budgets.OutOfMemory("request bodies");
        var reader = http.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(cancel);
            var error = await AppendAsync(read.Buffer, maxBytes, cancel);
            reader.AdvanceTo(read.Buffer.End);
            if (error is not null || read.IsCompleted)
                return error;
        }
    }

    private async ValueTask<Error?> AppendAsync(ReadOnlySequence<byte> bytes, int maxBytes, CancellationToken cancel)
    {
        if (bytes.Length > maxBytes - _length)
            return TooLarge(maxBytes);
        var needed = _length + (int)bytes.Length;
        var capacity = _memory!.Memory.Length;
        if (needed > capacity && !await ReserveAsync((int)Math.Max(needed, Math.Min(capacity * 2L, maxBytes)), cancel))
            return Budgets.OutOfMemory("request bodies");
        bytes.CopyTo(_memory.Memory.Span[_length..]);
        _length = needed;
        return null;
    }

    private async ValueTask<bool> ReserveAsync(int capacity, CancellationToken cancel)
    {
        var more = capacity - _taken;
        // Only the first reservation waits: it holds nothing yet that others wait for.
        if (more > 0 && !(_taken == 0 ? await _budget.TakeAsync(more, Budgets.Patience, cancel) : _budget.TryTake(more)))
            return false;
        _taken += Math.Max(0, more);
        _memory = _memory is null ? WorkingMemory.Rent(capacity) : WorkingMemory.Grow(_memory, 0, _length, capacity);
        return true;
    }
}
