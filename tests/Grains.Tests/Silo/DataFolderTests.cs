using System.Globalization;
using ClipOrleans.Silo.Startup;

namespace ClipOrleans.Grains.Tests.Silo;

// Danger: two processes write one catalog; an operator who mistypes a path reads a stack trace.
// Invariant: I4 for the data folder as a whole.
// Method: the folder opened twice, and where no folder can be.
public sealed class DataFolderTests
{
    [Fact]
    public void I4_A_folder_in_use_is_refused_with_who_uses_it_and_free_again_afterwards()
    {
        using var data = new TempFolder();
        using (DataFolder.Open(data.Path))
        {
            var fault = Assert.Throws<StartException>(() => DataFolder.Open(data.Path));
            Assert.Contains("Storage:Path", fault.Message, StringComparison.Ordinal);
            Assert.Contains(Environment.ProcessId.ToString(CultureInfo.InvariantCulture), fault.Message, StringComparison.Ordinal);
        }

        DataFolder.Open(data.Path).Dispose();
    }

    [Fact]
    public void I4_Silos_of_a_cluster_hold_a_folder_together_and_never_beside_one_that_holds_it_alone()
    {
        using var data = new TempFolder();
        using (DataFolder.OpenTogether(data.Path))
        using (DataFolder.OpenTogether(data.Path))
            Assert.Contains("a silo of a cluster", Assert.Throws<StartException>(() => DataFolder.Open(data.Path)).Message, StringComparison.Ordinal);

        using (DataFolder.Open(data.Path))
            Assert.Throws<StartException>(() => DataFolder.OpenTogether(data.Path));
        DataFolder.OpenTogether(data.Path).Dispose();
    }

    [Fact]
    public void A_folder_with_a_catalog_of_its_own_is_no_folder_of_a_cluster()
    {
        using var data = new TempFolder();
        Directory.CreateDirectory(Path.Combine(data.Path, "catalog"));
        Assert.Contains("clip restore", Assert.Throws<StartException>(() => DataFolder.OpenTogether(data.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_is_not_there_is_made()
    {
        using var data = new TempFolder();
        var deeper = Path.Combine(data.Path, "a", "b c", "ü");
        using var folder = DataFolder.Open(deeper);
        Assert.True(Directory.Exists(deeper));
    }

    [Fact]
    public void A_path_that_cannot_be_a_folder_is_told_with_its_key()
    {
        using var data = new TempFolder();
        var file = Path.Combine(data.Path, "file");
        File.WriteAllText(file, "");
        Assert.Contains("Storage:Path", Assert.Throws<StartException>(() => DataFolder.Open(file)).Message, StringComparison.Ordinal);
        Assert.Contains("Storage:Path", Assert.Throws<StartException>(() => DataFolder.Open(Path.Combine(file, "below"))).Message, StringComparison.Ordinal);
    }
}
