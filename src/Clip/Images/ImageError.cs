namespace ClipOrleans.Clip.Images;

/// <summary>Why an image was refused: a closed list of reasons, and a sentence for people that says what would be right.</summary>
public sealed record ImageError(ImageFault Fault, string Message);
