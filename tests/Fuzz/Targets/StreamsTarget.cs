using System.IO.Pipelines;
using System.Text;
using ClipOrleans.Fuzz.Engine;
using ClipOrleans.Gateway.Admission;
using ClipOrleans.Gateway.Ingest;
using ClipOrleans.Gateway.Options;
using Microsoft.Extensions.Options;

namespace ClipOrleans.Fuzz.Targets;

/// <summary>Many documents, as lines or as one JSON body; the first byte says which, and into which pieces the body comes cut.</summary>
internal sealed class StreamsTarget : FuzzTarget
{
    private static readonly LimitOptions Limits = new() { MaxBodyBytes = 1_500, MaxBulkBodyBytes = 3_000, MaxImageBytes = 1_024 };
    private static readonly Budgets Budgets = new(Options.Create(new LimitOptions()), TimeProvider.System);

    public override string Name => "streams";

    public override string Promise => "the same documents and problems however the body is cut, and no memory that stays taken";

    public override IReadOnlyList<byte[]> Seeds { get; } = [.. ((string[])[
        "1{\"id\":\"a\",\"text\":\"red\"}\r\n\n  \r\n{\"id\":\"b\",\"vector\":[1,2,3]}\nnonsense\n{\"id\":\"c\"}\n{\"id\":\"d\",\"text\":\"red\"}",
        $"3{{\"text\":\"{new string('x', 1_600)}\"}}\n{{\"id\":\"after\",\"text\":\"y\"}}\n",
        """0  { "documents" : [ {"id":"a","text":"red"} , {"id":"b","metadata":{"x":["]","}","\""]},"text":"x"},7,{"id":"c"},[],{"id":"d","imageBase64":"AAAA"}] } """,
        """2{"documents":[],"more":1}""",
        """4{"documents":[{"text":"a"}]}{"documents":[]}""",
        """6{"\u0064ocuments":[{"text":"\ud83d\udc5f"},nonsense]}""",
        $"8{{\"documents\":[{{\"text\":\"{new string('x', 1_600)}\"}}]}}",
    ]).Select(Encoding.UTF8.GetBytes)];

    public override IReadOnlyList<string> Dictionary { get; } =
        ["{\"documents\":[", "]}", "\"documents\"", "{\"id\":\"a\",\"text\":\"b\"}", "\n", "\r\n", "\\u0064ocuments", "\"text\"", "\"vector\":[1,2,3]", "\"id\"", "\ufeff", ",", "[[[[", "]]]]"];

    public override string Run(byte[] input)
    {
        if (input.Length == 0)
            return "nothing";
        var whole = Read(input[0], input.AsMemory(1), cut: int.MaxValue, 0);
        var pieces = Read(input[0], input.AsMemory(1), cut: 1 + (input[0] >> 1), seed: input.Length);
        BrokenPromiseException.Unless(whole.Text == pieces.Text, $"cut otherwise it reads otherwise: {whole.Text} / {pieces.Text}");
        return whole.Outcome;
    }

    private static (string Text, string Outcome) Read(byte kind, ReadOnlyMemory<byte> body, int cut, int seed)
    {
        var free = Budgets.Images.Free;
        var reader = PipeReader.Create(new CutStream(body, cut, seed));
        var documents = new DocumentReader(OpenIndexes.WithModel, Limits);
        DocumentStream stream = (kind & 1) == 1
            ? new NdjsonStream(reader, documents, Budgets, Limits, TimeProvider.System)
            : new BulkJsonStream(reader, documents, Budgets, Limits);
        var (items, text, last) = (0, new StringBuilder(), "");
        // Nothing here waits for anything: the stream is in memory.
        var reading = stream.ReadAsync(CancellationToken.None).GetAsyncEnumerator();
        while (reading.MoveNextAsync().AsTask().GetAwaiter().GetResult())
        {
            using var item = reading.Current;
            last = item.Error is { } error ? Answers.Refusal(error) : $"{item.Source!.Kind}";
            text.Append(item.Id).Append(':').Append(item.Error?.Detail ?? last).Append('\n');
            BrokenPromiseException.Unless(++items <= body.Length + 1, "more documents than bytes");
        }

        reading.DisposeAsync().AsTask().GetAwaiter().GetResult();
        reader.Complete();
        BrokenPromiseException.Unless(free == Budgets.Images.Free, "memory that stays taken");
        var failure = stream.Failure is { } problem ? Answers.Refusal(problem) : "whole";
        return (text.Append(stream.Failure?.Detail).ToString(), $"{kind & 1} {Math.Min(items, 4)} {last} {failure}");
    }

    /// <summary>Gives at most so many bytes at a time.</summary>
    private sealed class CutStream(ReadOnlyMemory<byte> bytes, int cut, int seed) : MemoryStream(bytes.ToArray())
    {
        private readonly Random _chance = new(seed);

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Next(buffer.Length)]);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(base.Read(buffer.Span[..Next(buffer.Length)]));

        private int Next(int room) => Math.Min(room, cut == int.MaxValue ? room : _chance.Next(1, cut + 1));
    }
}
