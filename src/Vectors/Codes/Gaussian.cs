namespace ClipOrleans.Vectors.Codes;

/// <summary>Normally distributed numbers by the method of Box and Muller.</summary>
internal static class Gaussian
{
    public static float Next(Random random)
    {
        var radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
        return (float)(radius * Math.Cos(2 * Math.PI * random.NextDouble()));
    }
}
