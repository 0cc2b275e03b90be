using System.Collections.Immutable;
using ClipOrleans.Clip.Models;
using ClipOrleans.Contracts;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Grains.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ClipOrleans.Grains.Tests.Encoders;

// Danger: what the model says is changed on the wire; a full queue or a missing model is an exception that nobody can answer.
// Invariant: the grain gives the bytes of the model's own vectors; what a caller can cause is a value with a slug.
// Method: the shipped model, asked directly and through the grain.
public sealed class EncoderGrainTests
{
    [Fact]
    public async Task The_grain_gives_what_the_model_gives()
    {
        using var data = new TempFolder();
        await using var cluster = await GrainsCluster.StartAsync(data.Path);
        var models = cluster.Services.GetRequiredService<ModelCatalog>();
        var model = await models.GetAsync(models.DefaultModel);
        var encoder = await cluster.EncoderAsync();

        var texts = Sample.Ok(await encoder.EncodeTexts(models.DefaultModel, ["red shoes", "a blue teapot", ""]));
        var direct = await model.EncodeTextsAsync(["red shoes", "a blue teapot", ""]);
        Assert.Equal(direct.Select(Sample.Bytes), texts);

        byte[] pixels = [.. Enumerable.Range(0, model.ImageInput.PixelBytes).Select(i => (byte)(i * 7))];
        var images = Sample.Ok(await encoder.EncodeImages(models.DefaultModel, [pixels]));
        Assert.Equal((await model.EncodeImagesAsync([pixels])).Select(Sample.Bytes), images);
    }

    [Fact]
    public async Task A_model_that_is_not_there_is_told_with_those_that_are()
    {
        using var data = new TempFolder();
        await using var cluster = await GrainsCluster.StartAsync(data.Path);
        var error = (await (await cluster.EncoderAsync()).EncodeTexts("no-such-model", ["red"])).Error;
        Assert.Equal(Slugs.ModelNotFound, error?.Slug);
        Assert.Contains("fashion-clip-mini", error?.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_queue_is_told_at_once_with_when_to_come_back()
    {
        using var data = new TempFolder();
        await using var cluster = await GrainsCluster.StartAsync(data.Path, services =>
            services.Configure<EncoderSettings>(encoder => (encoder.Threads, encoder.Queue) = (1, Limits.MaxInputsPerEncode)));
        var encoder = await cluster.EncoderAsync();
        ImmutableArray<string> texts = [.. Enumerable.Range(0, Limits.MaxInputsPerEncode).Select(number => $"text {number}")];

        // Thirty queues full at once, for one thread that needs a while for each.
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => encoder.EncodeTexts("fashion-clip-mini", texts)));
        var refused = answers.Where(answer => !answer.IsSuccess).Select(answer => answer.Error!).ToList();
        Assert.NotEmpty(refused);
        Assert.True(refused.Count < answers.Length, "nothing was accepted");
        Assert.All(refused, error => Assert.Equal((Slugs.Overloaded, 1), (error.Slug, error.RetryAfterSeconds)));
        Assert.True((await encoder.EncodeTexts("fashion-clip-mini", ["red"])).IsSuccess);
    }

    [Fact]
    public async Task Each_silo_is_listed_with_what_it_does_and_its_encoder_answers_for_itself()
    {
        using var data = new TempFolder();
        await using var cluster = await GrainsCluster.StartAsync(data.Path, silos: 3);
        var silos = cluster.Silos.Silos.Select(silo => silo.SiloAddress.ToParsableString()).ToList();
        var members = await cluster.Grains.GetGrain<ISiloGrain>(0).GetMembers();
        Assert.Equal(silos.Order(), members.Select(member => member.Address).Order());
        Assert.All(members, member => Assert.Equal(["shard", "encoder"], member.Roles));
        foreach (var silo in silos)
        {
            var encoder = cluster.Grains.GetGrain<IEncoderGrain>(silo);
            Sample.Ok(await encoder.EncodeTexts("fashion-clip-mini", ["red"]));
            var where = await cluster.Grains.GetGrain<IManagementGrain>(0).GetActivationAddress(encoder);
            Assert.Equal(silo, where?.ToParsableString());
        }

        await Assert.ThrowsAnyAsync<OrleansException>(() => cluster.Grains.GetGrain<IEncoderGrain>("S127.0.0.1:1:1").EncodeTexts("fashion-clip-mini", ["red"]));
    }

    [Fact]
    public async Task Models_are_listed_also_those_that_came_after_the_start_and_those_that_cannot_be_used()
    {
        using var data = new TempFolder();
        await using var cluster = await GrainsCluster.StartAsync(data.Path);
        var catalog = cluster.Grains.GetGrain<IModelCatalogGrain>(0);
        var shipped = Assert.Single(await catalog.List());
        Assert.True(shipped is { Name: "fashion-clip-mini", IsDefault: true, Dimensions: 512, Problem: null, LogitScale: > 1 });
        Assert.True(shipped.Image is { Width: 64, Height: 64, Resample.Length: > 0 });

        var broken = Directory.CreateDirectory(Path.Combine(data.Path, "models", "broken"));
        await File.WriteAllTextAsync(Path.Combine(broken.FullName, "config.json"), "{}");
        var both = await catalog.List();
        Assert.Equal(2, both.Length);
        Assert.Contains(both, model => model is { IsDefault: false, Problem.Length: > 0 });
    }
}
