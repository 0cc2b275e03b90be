namespace ClipOrleans.Vectors;

/// <summary>Names of the ways to code vectors, as files and the API write them.</summary>
public static class Quantizations
{
    private static readonly (Quantization Value, string Name)[] Names =
    [
        (Quantization.Auto, "auto"), (Quantization.None, "none"), (Quantization.Int8, "int8"), (Quantization.Binary, "binary"),
    ];

    /// <exception cref="ArgumentOutOfRangeException">It is none of them.</exception>
    public static string ToName(Quantization quantization)
    {
        foreach (var (value, name) in Names)
        {
            if (value == quantization)
                return name;
        }

        throw new ArgumentOutOfRangeException(nameof(quantization), quantization, "There is no such quantization.");
    }

    public static bool TryParse(string name, out Quantization quantization)
    {
        foreach (var (value, each) in Names)
        {
            if (each == name)
            {
                quantization = value;
                return true;
            }
        }

        quantization = Quantization.Invalid;
        return false;
    }
}
