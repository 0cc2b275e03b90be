using ClipOrleans.Bench.Reports;
using CsvHelper;

namespace ClipOrleans.Bench.Fashion;

/// <summary>
/// The dataset of the article: 2,906 product photos and fashion.csv. It is no part of the repository (its licence is not clear): it is
/// read from ../shared/data/fashion beside the repository, or from the folder that CLIPORLEANS_FASHION names.
/// </summary>
internal static class FashionData
{
    /// <summary>The products, or null with a word on the console where the data is not on this machine.</summary>
    public static List<Product>? TryLoad()
    {
        var folder = Environment.GetEnvironmentVariable("CLIPORLEANS_FASHION") ?? Path.Combine(Machine.Repository, "..", "shared", "data", "fashion");
        var table = Path.Combine(folder, "fashion.csv");
        if (!File.Exists(table))
        {
            Console.WriteLine($"SKIPPED: no fashion.csv in {folder}. Set CLIPORLEANS_FASHION to the folder that holds it.");
            return null;
        }

        using var csv = CsvReader.FromFile(table, new CsvReaderOptions { Separator = ',' });
        csv.ReadHeader();
        var columns = csv.Headers.ToArray();
        var products = new List<Product>();
        while (csv.Read())
        {
            string Cell(string name) => csv.GetString(Array.IndexOf(columns, name)) ?? throw new InvalidDataException($"{table}: no {name}");
            var image = File.ReadAllBytes(Path.Combine(folder, "images", Cell("Image")));
            products.Add(new Product(Cell("ProductId"), Cell("Gender"), Cell("Category"), Cell("ProductType"), Cell("Colour"), Cell("ProductTitle"), image));
        }

        return products;
    }
}
