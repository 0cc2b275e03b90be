using ClipOrleans.Gateway.Admission;

namespace ClipOrleans.Gateway.Fetch;

/// <summary>One encoded image in an array of its own size, so that decoder and store take it as it is; and what it holds of a budget.</summary>
/// <param name="bytes">The image.</param>
/// <param name="budget">What its bytes were taken from, if from any.</param>
/// <param name="taken">How many were taken.</param>
internal sealed class ImageBuffer(byte[] bytes, ByteBudget? budget = null, long taken = 0) : IDisposable
{
    private byte[] _bytes = bytes;
    private long _taken = taken;

    public byte[] Bytes => _bytes;

    /// <summary>Gives the budget back; the bytes live on only where they are kept.</summary>
    public void Dispose()
    {
        _bytes = [];
        budget?.Give(_taken);
        _taken = 0;
    }
}
