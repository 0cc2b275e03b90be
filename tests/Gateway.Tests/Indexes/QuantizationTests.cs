using System.Net;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Tests.Hosting;

namespace ClipOrleans.Gateway.Tests.Indexes;

// Danger: a setting that is taken and lost on the way, or a wrong one that becomes the default in silence.
// Invariant: what was asked for is what is shown, in each answer; what cannot be is refused with what can.
// Method: the API on a real socket.
public sealed class QuantizationTests
{
    [Theory]
    [InlineData("auto")]
    [InlineData("none")]
    [InlineData("int8")]
    [InlineData("binary")]
    public async Task What_was_asked_for_is_shown(string quantization)
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateIndexAsync(more: $",\"quantization\":\"{quantization}\"");
        await host.CreateIndexAsync("plain");
        Assert.Equal(quantization, (string?)(await host.GetAsync("/v1/indexes/shop")).Ok()["quantization"]);
        var listed = (await host.GetAsync("/v1/indexes")).Ok()["indexes"]!.AsArray();
        Assert.Equal(["auto", quantization], listed.OrderBy(index => (string?)index!["name"], StringComparer.Ordinal).Select(index => (string?)index!["quantization"]));
        Assert.Equal(quantization, (string?)(await host.PatchAsync("/v1/indexes/plain", $"{{\"quantization\":\"{quantization}\"}}")).Ok()["quantization"]);
        Assert.Equal(quantization, (string?)(await host.PatchAsync("/v1/indexes/plain", "{\"targetRecall\":0.9}")).Ok()["quantization"]);
    }

    [Fact]
    public async Task Another_one_is_refused_with_those_there_are()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateIndexAsync();
        foreach (var answer in (Answer[])[await host.PostAsync("/v1/indexes", """{"name":"other","quantization":"int4"}"""), await host.PatchAsync("/v1/indexes/shop", """{"quantization":"int4"}""")])
        {
            answer.Expect(HttpStatusCode.BadRequest).Problem(Slugs.MalformedRequest);
            var message = (string?)answer.Json["errors"]!["/quantization"]![0];
            Assert.All(["auto", "none", "int8", "binary", "int4"], word => Assert.Contains(word, message, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Bytes_in_memory_are_told_by_what_they_are_for()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateIndexAsync(more: ",\"shards\":2");
        var index = (await host.GetAsync("/v1/indexes/shop")).Ok();
        var memory = index["memory"]!;
        Assert.Equal((long)index["bytesInMemory"]!, (long)memory["vectors"]! + (long)memory["codes"]! + (long)memory["other"]!);
        Assert.True((long)memory["vectors"]! > 0);
        Assert.Equal(0, (long)memory["mapped"]!);
    }
}
