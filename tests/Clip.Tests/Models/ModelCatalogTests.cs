using ClipOrleans.Clip.Inference;
using ClipOrleans.Clip.Models;
using ClipOrleans.Clip.Tests.Golden;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClipOrleans.Clip.Tests.Models;

/// <summary>
/// Danger: one bad folder keeps the service from starting, or a good one is shadowed without a word.
/// Invariant: every folder is described, faulty ones with their reason; good ones are usable whatever lies beside them.
/// Method: roots with good, bad, clashing and vanishing folders.
/// </summary>
public sealed class ModelCatalogTests : IDisposable
{
    private readonly TemporaryFolder _root = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _root.Dispose();

    [Fact]
    public async Task TheRepositorysModel_IsTheDefault_AndLoadsWhenAskedFor()
    {
        await using var catalog = Open(Path.Combine(GoldenFiles.Repository, "models"));
        var description = Assert.Single(catalog.Describe());
        Assert.Equal(("fashion-clip-mini", "1", 512, 64, 77, true, ModelState.Known), (description.Name, description.Revision, description.Dimensions, description.ImageWidth, description.ContextLength, description.IsDefault, description.State));
        var model = await catalog.GetAsync("fashion-clip-mini", Cancel);
        Assert.Same(model, await catalog.GetAsync("fashion-clip-mini", Cancel));
        Assert.Equal(ModelState.Loaded, catalog.Find("fashion-clip-mini")!.State);
        catalog.Rescan();
        Assert.Same(model, await catalog.GetAsync("fashion-clip-mini", Cancel));
    }

    [Fact]
    public async Task AnUnknownName_SaysWhichAreKnown()
    {
        await using var catalog = Open(Path.Combine(GoldenFiles.Repository, "models"));
        var exception = await Assert.ThrowsAsync<ModelException>(() => catalog.GetAsync("nothing", Cancel));
        Assert.Equal(ModelFault.NotFound, exception.Fault);
        Assert.Contains("fashion-clip-mini", exception.Message, StringComparison.Ordinal);
        Assert.Null(catalog.Find("nothing"));
    }

    [Fact]
    public async Task AFaultyFolder_IsDescribed_AndDoesNotHurtTheOthers()
    {
        Add("good");
        Directory.CreateDirectory(Path.Combine(_root.Path, "bad", "onnx"));
        Directory.CreateDirectory(Path.Combine(_root.Path, "no model at all"));
        await using var catalog = Open(_root.Path, Path.Combine(_root.Path, "missing"));
        Assert.Equal(["bad", "good"], catalog.Describe().Select(d => d.Name));
        var bad = catalog.Find("bad")!;
        Assert.Equal(ModelState.Faulty, bad.State);
        Assert.Contains("config.json", bad.Error, StringComparison.Ordinal);
        Assert.Equal(ModelFault.FileMissing, (await Assert.ThrowsAsync<ModelException>(() => catalog.GetAsync("bad", Cancel))).Fault);
        Assert.Single(await (await catalog.GetAsync("good", Cancel)).EncodeTextsAsync(["red"], Cancel));
    }

    [Fact]
    public async Task TwoOfOneName_TheFirstWins_TheSecondSaysSo()
    {
        var first = Add("one");
        ModelManifestFile.Write(first, ModelManifestFile.ReadOrInfer(first));
        CopyTo("two", first);
        await using var catalog = Open(_root.Path);
        Assert.Equal([ModelState.Known, ModelState.Faulty], catalog.Describe().Select(d => d.State));
        Assert.Contains(first, catalog.Describe()[1].Error, StringComparison.Ordinal);
        Assert.Equal("one", (await catalog.GetAsync("one", Cancel)).Name);
    }

    [Fact]
    public async Task Rescan_FindsWhatIsNew_RepairsWhatWasFaulty_KeepsWhatIsInUse()
    {
        var used = Add("used");
        var repaired = Add("repaired");
        File.Move(Path.Combine(repaired, "config.json"), Path.Combine(repaired, "config.away"));
        var gone = Add("gone");
        await using var catalog = Open(_root.Path);
        var model = await catalog.GetAsync("used", Cancel);
        Assert.Equal(ModelState.Faulty, catalog.Find("repaired")!.State);
        Directory.Delete(used, recursive: true);
        Directory.Delete(gone, recursive: true);
        File.Move(Path.Combine(repaired, "config.away"), Path.Combine(repaired, "config.json"));
        Add("new");
        catalog.Rescan();
        Assert.Equal(["new", "repaired", "used"], catalog.Describe().Select(d => d.Name));
        Assert.Equal(ModelState.Known, catalog.Find("repaired")!.State);
        Assert.Same(model, await catalog.GetAsync("used", Cancel));
        Assert.Single(await model.EncodeTextsAsync(["still here"], Cancel));
    }

    [Fact]
    public async Task Check_OfTheRepositorysModel_Passes()
    {
        var report = await ModelCheck.RunAsync(GoldenFiles.DefaultModel, Cancel);
        Assert.False(report.Inferred);
        Assert.Equal("fashion-clip-mini", report.Manifest.Name);

        // Colours are what this model knows best; by chance one of six would match.
        Assert.InRange(report.ColourMatches, 4, report.ColourProbes);
    }

    [Fact]
    public async Task Check_RefusesATowerThatDoesNotLookAtItsInput()
    {
        using var export = new ExportFolder();
        export.WriteUsualTowers();
        export.WithTextTower(new OnnxGraph().Input("input_ids", OnnxType.Int64, -1, -1), masked: false)
            .Constant("zero", new float[ExportFolder.Dimensions], ExportFolder.Dimensions).Constant("one", Enumerable.Repeat(1f, ExportFolder.Dimensions).ToArray(), ExportFolder.Dimensions)
            .Node("Mul", ["text_embeds", "zero"], "nothing").Node("Add", ["nothing", "one"], "always")
            .Output("always", -1, ExportFolder.Dimensions).Save(export.File("onnx/text_model.onnx"));
        var exception = await Assert.ThrowsAsync<ModelException>(() => ModelCheck.RunAsync(export.Path, Cancel));
        Assert.Equal(ModelFault.RunFailed, exception.Fault);
        Assert.Contains("same vector", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_RefusesAGraphInWhichPaddingCounts()
    {
        using var export = new ExportFolder();
        export.WriteUsualTowers();
        var manifest = ModelManifestFile.ReadOrInfer(export.Path);
        ModelManifestFile.Write(export.Path, manifest with { Text = manifest.Text with { PadToken = "a" } });
        var exception = await Assert.ThrowsAsync<ModelException>(() => ModelCheck.RunAsync(export.Path, Cancel));
        Assert.Contains("padding", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_RefusesAGraphThatGivesNoNumbers()
    {
        using var export = new ExportFolder();
        export.WriteUsualTowers();
        export.WithTextTower(new OnnxGraph().Input("input_ids", OnnxType.Int64, -1, -1), masked: false)
            .Constant("zero", new float[ExportFolder.Dimensions], ExportFolder.Dimensions).Node("Div", ["text_embeds", "zero"], "infinite")
            .Output("infinite", -1, ExportFolder.Dimensions).Save(export.File("onnx/text_model.onnx"));
        var exception = await Assert.ThrowsAsync<ModelException>(() => ModelCheck.RunAsync(export.Path, Cancel));
        Assert.Contains("not a number", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Install_PutsACheckedModelWhereTheCatalogFindsIt_OrNothing()
    {
        using var export = new ExportFolder();
        export.WriteUsualTowers();
        var report = await ModelCheck.RunAsync(export.Path, Cancel);
        var manifest = report.Manifest with { Name = "installed" };
        var root = Path.Combine(_root.Path, "models");
        var folder = ModelInstaller.Install(export.Path, root, manifest);
        Assert.Equal(Path.Combine(root, "installed"), folder);
        await using var catalog = Open(root);
        Assert.Equal("installed", Assert.Single(catalog.Describe()).Name);
        Assert.Single(await (await catalog.GetAsync("installed", Cancel)).EncodeTextsAsync(["red"], Cancel));
        Assert.Equal(ModelFault.NameTaken, Assert.Throws<ModelException>(() => ModelInstaller.Install(export.Path, root, manifest)).Fault);
        File.Delete(export.File("vocab.json"));
        Assert.Equal(ModelFault.FileMissing, Assert.Throws<ModelException>(() => ModelInstaller.Install(export.Path, root, manifest with { Name = "half" })).Fault);
        Assert.Equal([folder], Directory.GetDirectories(root));
    }

    private static ModelCatalog Open(params string[] roots) => new(roots, "fashion-clip-mini", new EncoderOptions { Workers = 1 }, NullLogger<ModelCatalog>.Instance);

    private string Add(string name)
    {
        using var export = new ExportFolder();
        export.WriteUsualTowers();
        return CopyTo(name, export.Path);
    }

    private string CopyTo(string name, string source)
    {
        foreach (var file in Directory.GetFiles(source, "*", SearchOption.AllDirectories))
            File.Copy(file, _root.File(Path.Combine(name, Path.GetRelativePath(source, file))));
        return Path.Combine(_root.Path, name);
    }
}
