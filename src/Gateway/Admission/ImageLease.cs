using ClipOrleans.Gateway.Fetch;

namespace ClipOrleans.Gateway.Admission;

/// <summary>Bytes taken from <see cref="Budgets.Images"/> before a document is parsed. Its image takes them over; otherwise disposing gives them back.</summary>
internal sealed class ImageLease(ByteBudget budget, long bytes) : IDisposable
{
    private long _bytes = bytes;

    public ImageBuffer Adopt(byte[] image)
    {
        var buffer = new ImageBuffer(image, budget, _bytes);
        _bytes = 0;
        return buffer;
    }

    public void Dispose()
    {
        budget.Give(_bytes);
        _bytes = 0;
    }
}
