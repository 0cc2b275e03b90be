using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Gateway.Admission;
using ClipOrleans.Gateway.Indexes;
using ClipOrleans.Gateway.Ingest;
using ClipOrleans.Gateway.Options;
using ClipOrleans.Gateway.Tests.Cluster;
using CsCheck;

namespace ClipOrleans.Gateway.Tests.Ingest;

// Danger: a long body comes in pieces of any size, and a reader that works on whole packets reads it wrongly at the seams.
// Invariant: the documents are the same however the body is cut; a bad line or document is its own failure; no memory stays taken.
// Method: the streams on a pipe, fed in random pieces.
public sealed class DocumentStreamTests : IDisposable
{
    private static readonly OpenIndex Index = new(new IndexDescription(
        "default", new IndexSpec("shop", FakeCluster.Model, "r1", FakeCluster.Dimensions, [], 1, 0.95, KeepImages.None), 1, 1, FakeCatalog.Now, FakeCatalog.Now));

    private readonly LimitOptions _limits = new() { MaxBodyBytes = 50_000, MaxBulkBodyBytes = 400_000 };
    private readonly Budgets _budgets = new(Microsoft.Extensions.Options.Options.Create(new LimitOptions()), TimeProvider.System);

    public void Dispose() => _budgets.Dispose();

    [Fact]
    public Task A_bulk_body_is_the_same_however_it_is_cut() => Cuts.SampleAsync(async cuts =>
    {
        var body = $$"""  { "documents" : [ {"id":"a","text":"red"} , {"id":"b","metadata":{"x":["]","}","\""]},"text":"{{new string('x', 9_000)}}"},7,{"id":"c"},[],{"id":"d","imageBase64":"{{Convert.ToBase64String(new byte[20_000])}}"}] } """;
        var (items, failure) = await ReadBulkAsync(Encoding.UTF8.GetBytes(body), cuts);
        Assert.Null(failure);
        Assert.Equal(["a", "b", "-", "c!", "-", "d"], items);
    }, iter: 30, threads: 1);

    [Fact]
    public Task Lines_are_the_same_however_they_are_cut() => Cuts.SampleAsync(async cuts =>
    {
        var body = $"{{\"id\":\"a\",\"text\":\"red\"}}\r\n\n  \r\n{{\"id\":\"b\",\"text\":\"{new string('x', 9_000)}\"}}\nnonsense\n{{\"id\":\"long\",\"text\":\"{new string('x', 120_000)}\"}}\n{{\"id\":\"c\"}}\n{{\"id\":\"d\",\"text\":\"red\"}}";
        var (items, failure) = await ReadLinesAsync(Encoding.UTF8.GetBytes(body), cuts);
        Assert.Null(failure);
        Assert.Equal(["a", "b", "-", "-", "c!", "d"], items);
    }, iter: 30, threads: 1);

    [Theory]
    [InlineData("""{"documents":[{"text":"red"},{"text":"red"}""", Slugs.MalformedRequest, 2)]
    [InlineData("""{"documents":[{"text":"red"}],"more":1}""", Slugs.UnknownMember, 1)]
    [InlineData("""{"documents":[{"text":"red"}]}x""", Slugs.MalformedRequest, 1)]
    [InlineData("""{"documents":[{"text":"red"}]}{"documents":[]}""", Slugs.MalformedRequest, 1)]
    [InlineData("""{"documents":[{"text":"red"},nonsense]}""", Slugs.MalformedRequest, 1)]
    [InlineData("", Slugs.MalformedRequest, 0)]
    [InlineData("""{"docu\udc00e":[]}""", Slugs.MalformedRequest, 0)]
    public Task What_is_wrong_around_documents_fails_the_body(string body, string slug, int before) => Cuts.SampleAsync(async cuts =>
    {
        var (items, failure) = await ReadBulkAsync(Encoding.UTF8.GetBytes(body), cuts);
        Assert.Equal(slug, failure?.Slug);
        Assert.Equal(before, items.Count);
    }, iter: 20, threads: 1);

    [Fact]
    public async Task A_document_or_a_body_that_is_too_large_fails_the_body()
    {
        var large = $$"""{"documents":[{"text":"{{new string('x', 60_000)}}"}]}""";
        Assert.Equal(Slugs.BodyTooLarge, (await ReadBulkAsync(Encoding.UTF8.GetBytes(large), [1000])).Failure?.Slug);
        var many = $$"""{"documents":[{{string.Join(',', Enumerable.Repeat($"{{\"text\":\"{new string('x', 1000)}\"}}", 500))}}]}""";
        Assert.Equal(Slugs.BodyTooLarge, (await ReadBulkAsync(Encoding.UTF8.GetBytes(many), [1000])).Failure?.Slug);
    }

    [Fact]
    public async Task A_silent_sender_is_told_and_left()
    {
        var clock = new Hosting.ManualClock();
        var pipe = new Pipe();
        var stream = new NdjsonStream(pipe.Reader, new DocumentReader(Index, _limits), _budgets, _limits, clock);
        await using var items = stream.ReadAsync(default).GetAsyncEnumerator();
        await pipe.Writer.WriteAsync("{\"id\":\"a\",\"text\":\"red\"}\n"u8.ToArray());
        Assert.True(await items.MoveNextAsync());
        var next = items.MoveNextAsync();
        Assert.False(next.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(_limits.MaxStreamIdleSeconds));
        Assert.False(await next);
        Assert.Equal(Slugs.Timeout, stream.Failure?.Slug);
    }

    private static Gen<int[]> Cuts => Gen.OneOf(Gen.Int[1, 40], Gen.Int[1, 5_000]).Array[1, 30];

    private Task<(List<string> Items, Error? Failure)> ReadBulkAsync(byte[] body, int[] cuts) =>
        ReadAsync(body, cuts, reader => new BulkJsonStream(reader, new DocumentReader(Index, _limits), _budgets, _limits));

    private Task<(List<string> Items, Error? Failure)> ReadLinesAsync(byte[] body, int[] cuts) =>
        ReadAsync(body, cuts, reader => new NdjsonStream(reader, new DocumentReader(Index, _limits), _budgets, _limits, TimeProvider.System));

    private async Task<(List<string> Items, Error? Failure)> ReadAsync(byte[] body, int[] cuts, Func<PipeReader, DocumentStream> open)
    {
        var free = _budgets.Images.Free;
        var pipe = new Pipe();
        var writing = WriteAsync(pipe.Writer, body, cuts);
        var stream = open(pipe.Reader);
        var items = new List<string>();
        await foreach (var item in stream.ReadAsync(default))
        {
            items.Add((item.Id ?? (item.Error is null ? items.Count.ToString(CultureInfo.InvariantCulture) : "-")) + (item.Error is not null && item.Id is not null ? "!" : ""));
            item.Dispose();
        }

        await pipe.Reader.CompleteAsync();
        await writing;
        Assert.Equal(free, _budgets.Images.Free);
        return (items, stream.Failure);
    }

    private static async Task WriteAsync(PipeWriter writer, byte[] body, int[] cuts)
    {
        for (var (at, cut) = (0, 0); at < body.Length; cut++)
        {
            var length = Math.Min(cuts[cut % cuts.Length], body.Length - at);
            if ((await writer.WriteAsync(body.AsMemory(at, length))).IsCompleted)
                return;
            at += length;
        }

        await writer.CompleteAsync();
    }
}
