namespace ClipOrleans.Repository.Tests.Deploy.Templates;

/// <summary>A template cannot be read or rendered. The message says where.</summary>
internal sealed class TemplateException(string message) : Exception(message);
