using ClipOrleans.Gateway.Fetch;

namespace ClipOrleans.Gateway.Admission;

/// <summary>Bytes taken from <see cref="Budgets.Images"/> before a document is parsed. Its image takes them over; otherwise disposing gives them back.</summary>
internal sealed class ImageLease(ByteBudget budget, long bytes) : IDisposable
{
    private long _bytes = bytes;

    /// <param name="rented">An array of the shared pool.</param>
    /// <param name="length">How much of it is the image.</param>
    public ImageBuffer Adopt(byte[] rented, int length)
    {
        var image = new ImageBuffer(rented, length, budget, _bytes);
        _bytes = 0;
        return image;
    }

    public void Dispose()
    {
        budget.Give(_bytes);
        _bytes = 0;
    }
}
