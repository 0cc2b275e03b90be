using ClipOrleans.Clip.Models;
using Microsoft.ML.OnnxRuntime;

namespace ClipOrleans.Clip.Inference;

/// <summary>Opening ONNX files, with errors that name the file.</summary>
internal static class Onnx
{
    public static InferenceSession Open(string path, SessionOptions options)
    {
        try
        {
            return new InferenceSession(path, options);
        }
        catch (OnnxRuntimeException e)
        {
            throw new ModelException(ModelFault.FileInvalid, path, $"{path} is not an ONNX model that ONNX Runtime can run: {e.Message}", e);
        }
    }
}
