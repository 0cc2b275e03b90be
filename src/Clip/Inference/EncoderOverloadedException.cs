namespace ClipOrleans.Clip.Inference;

/// <summary>The encoder's queue is full. Thrown at once, before anything is queued; trying again later is right.</summary>
public sealed class EncoderOverloadedException : Exception
{
    public EncoderOverloadedException()
        : base("The encoder's queue is full: try again in a moment.")
    {
    }

    public EncoderOverloadedException(string message)
        : base(message)
    {
    }

    public EncoderOverloadedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
