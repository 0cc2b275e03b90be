namespace ClipOrleans.Clip.Models;

/// <summary>What is wrong with a model folder, or with asking for a model.</summary>
public enum ModelFault
{
    None = 0,

    /// <summary>No model of that name is known.</summary>
    NotFound = 1,

    /// <summary>A file that the model needs is missing.</summary>
    FileMissing = 2,

    /// <summary>A file is there but says something impossible.</summary>
    FileInvalid = 3,

    /// <summary>A kind of model, tokenizer or pre-processing that is not supported here.</summary>
    Unsupported = 4,

    /// <summary>The ONNX graphs do not have the inputs and outputs that the manifest names, or do not agree with each other.</summary>
    GraphMismatch = 5,

    /// <summary>The model ran and gave something useless: not a number, the wrong size, or nothing.</summary>
    RunFailed = 6,

    /// <summary>Another folder already has this name.</summary>
    NameTaken = 7,
}

/// <summary>A model cannot be had. The message says what was wrong, where, and what would be right.</summary>
public sealed class ModelException : Exception
{
    public ModelException()
    {
    }

    public ModelException(string message)
        : base(message)
    {
    }

    public ModelException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public ModelException(ModelFault fault, string path, string message, Exception? innerException = null)
        : base(message, innerException) => (Fault, Path) = (fault, path);

    public ModelFault Fault { get; }

    /// <summary>The folder or file at fault; for <see cref="ModelFault.NotFound"/> the name that was asked for.</summary>
    public string Path { get; } = "";
}
