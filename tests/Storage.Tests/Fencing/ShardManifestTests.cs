using System.Globalization;
using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Fencing;
using ClipOrleans.Storage.Log;
using ClipOrleans.Storage.Tests.Documents;
using ClipOrleans.Vectors;

namespace ClipOrleans.Storage.Tests.Fencing;

// Danger: a manifest that is half read, or read as what it does not say.
// Invariant: all of it is right, or it is refused with the file and the reason.
// Method: round trip, and one change at a time.
public sealed class ShardManifestTests
{
    private const string File = "/shard/shard.json";

    private static readonly ShardManifest Manifest = new(
        7, new LogGeometry(20, 26), Samples.Descriptor, new ShardOwner(42, "machine", "silo-1", DateTimeOffset.UnixEpoch));

    [Fact]
    public void What_was_written_is_read()
    {
        Assert.Equal(Manifest, ShardManifest.Parse(Manifest.ToJson(), File));
        Assert.Equal(Manifest with { Owner = null }, ShardManifest.Parse((Manifest with { Owner = null }).ToJson(), File));
    }

    [Theory]
    [InlineData("\"epoch\": 7", "\"epoch\": 8", "checksum")]
    [InlineData("\"dimensions\": 8", "\"dimensions\": 9", "checksum")]
    [InlineData("\"keyword\"", "\"number\"", "checksum")]
    [InlineData("\"format\": 1", "\"format\": 2", "format version 2")]
    [InlineData("\"format\": 1,", "", "not the JSON of a shard")]
    [InlineData("\"format\": 1,", "\"format\": 1, \"extra\": 1,", "not the JSON of a shard")]
    [InlineData("\"epoch\": 7,", "\"epoch\": 7, \"epoch\": 7,", "not the JSON of a shard")]
    [InlineData("\"model\": \"clip-mini\"", "\"model\": null", "not the JSON of a shard")]
    [InlineData("\"owner\"", "\"quantization\": \"int8\", \"owner\"", "checksum")]
    [InlineData("{\n", "", "not the JSON of a shard")]
    public void A_changed_manifest_is_refused_with_its_name(string from, string to, string reason)
    {
        var json = Encoding.UTF8.GetString(Manifest.ToJson());
        Assert.Contains(from, json);
        var refused = Assert.Throws<ShardCorruptException>(() => ShardManifest.Parse(Encoding.UTF8.GetBytes(json.Replace(from, to, StringComparison.Ordinal)), File));
        Assert.Equal(File, refused.File);
        Assert.Contains(reason, refused.Reason);
    }

    [Theory]
    [InlineData(Quantization.Auto, null)]
    [InlineData(Quantization.None, "none")]
    [InlineData(Quantization.Int8, "int8")]
    [InlineData(Quantization.Binary, "binary")]
    public void The_quantization_is_named_unless_it_is_the_one_that_older_programs_know(Quantization quantization, string? name)
    {
        var manifest = Manifest with { Descriptor = Samples.Descriptor with { Quantization = quantization } };
        Assert.Equal(manifest, ShardManifest.Parse(manifest.ToJson(), File));
        Assert.Equal(name, (string?)System.Text.Json.Nodes.JsonNode.Parse(manifest.ToJson())!["quantization"]);
    }

    [Fact]
    public void Values_that_no_shard_has_are_refused_even_with_a_right_checksum()
    {
        Assert.Throws<ShardCorruptException>(() => ShardManifest.Parse((Manifest with { Epoch = 0 }).ToJson(), File));
        Assert.Throws<ShardCorruptException>(() => ShardManifest.Parse((Manifest with { Geometry = new LogGeometry(12, 26) }).ToJson(), File));
        Assert.Throws<ShardCorruptException>(() => ShardManifest.Parse((Manifest with { Geometry = new LogGeometry(26, 20) }).ToJson(), File));
        Assert.Throws<ShardCorruptException>(() => ShardManifest.Parse((Manifest with { Descriptor = Samples.Descriptor with { Dimensions = 0 } }).ToJson(), File));
        Assert.Throws<ArgumentException>((Samples.Descriptor with { Quantization = Quantization.Invalid }).Check);
        Assert.Throws<ShardCorruptException>(() => ShardManifest.Parse((Manifest with { Epoch = long.MaxValue }).ToJson(), File));
        Assert.Throws<ShardCorruptException>(() => ShardManifest.Parse((Manifest with { LogBegin = -1 }).ToJson(), File));
        Assert.Throws<ShardCorruptException>(() => ShardManifest.Parse((Manifest with { LogBegin = long.MaxValue }).ToJson(), File));
    }

    [Fact]
    public void Null_among_the_fields_is_refused_even_with_a_right_checksum()
    {
        var document = JsonSerializer.Deserialize(Manifest.ToJson(), ManifestJson.Default.ManifestDocument)! with { Fields = [null!], Checksum = "" };
        var hash = XxHash3.HashToUInt64(JsonSerializer.SerializeToUtf8Bytes(document, ManifestJson.Default.ManifestDocument)).ToString("x16", CultureInfo.InvariantCulture);
        var json = JsonSerializer.SerializeToUtf8Bytes(document with { Checksum = hash }, ManifestJson.Default.ManifestDocument);
        var refused = Assert.Throws<ShardCorruptException>(() => ShardManifest.Parse(json, File));
        Assert.Equal((File, "null, where there is a field."), (refused.File, refused.Reason));
    }
}
