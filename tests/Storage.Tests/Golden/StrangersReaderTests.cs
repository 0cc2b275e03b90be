using System.Text;

namespace ClipOrleans.Storage.Tests.Golden;

// Danger: a page about the format that nobody could write a reader from.
// Invariant: docs/storage-format.md says all that is needed to get every document out of a shard and out of a backup.
// Method: a reader written from the page alone reads the golden files and gives what the product gave when they were made.
public sealed class StrangersReaderTests
{
    private static string Golden(string name) => Path.Combine(AppContext.BaseDirectory, "Golden", name);

    [Theory]
    [InlineData("v1")]
    [InlineData("v1-receipts")]
    public async Task A_stranger_reads_every_document_of_the_golden_shards(string version)
    {
        var text = string.Concat(StrangersReader.ReadShard(Golden(version)).Select(document => $"{document.Key}\t{document.Value}\n"));
        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(Golden(version), "expected.txt")), text);
    }

    [Fact]
    public async Task A_stranger_reads_every_document_of_the_golden_backup()
    {
        var text = new StringBuilder();
        foreach (var (number, (folder, documents)) in StrangersReader.ReadBackup(Golden("v1-backup")).Index())
        {
            var shard = StrangersReader.ReadShard(folder);
            Assert.Equal(documents, shard.Count);
            foreach (var (id, document) in shard)
                text.Append(number).Append('\t').Append(id).Append('\t').Append(document).Append('\n');
        }

        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(Golden("v1-backup"), "expected.txt")), text.ToString());
    }
}
