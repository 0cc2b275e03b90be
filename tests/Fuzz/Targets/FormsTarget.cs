using System.Text;
using ClipOrleans.Fuzz.Engine;
using ClipOrleans.Gateway.Admission;
using ClipOrleans.Gateway.Endpoints;
using ClipOrleans.Gateway.Ingest;
using ClipOrleans.Gateway.Options;
using ClipOrleans.Gateway.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace ClipOrleans.Fuzz.Targets;

/// <summary>A document as multipart/form-data: the first line is the Content-Type, the rest the body.</summary>
internal sealed class FormsTarget : FuzzTarget
{
    private static readonly LimitOptions Limits = new() { MaxImageBytes = 1_024, MaxMetadataBytes = 256 };
    private static readonly RequestReader Requests = new ServiceCollection().AddMetrics()
        .AddSingleton(TimeProvider.System).AddSingleton(Options.Create(Limits))
        .AddSingleton<GatewayInstruments>().AddSingleton<Budgets>().AddSingleton<ComputePlaces>().AddSingleton<RequestReader>()
        .BuildServiceProvider().GetRequiredService<RequestReader>();

    public override string Name => "forms";

    public override string Promise => "a document with its image, or a problem";

    public override IReadOnlyList<byte[]> Seeds { get; } = [.. ((string[])[
        Form("b", ("name=\"image\"; filename=\"a.png\"\r\nContent-Type: image/png", "\u0001\u0002\u0003"), ("name=\"metadata\"", "{\"colour\":\"red\"}")),
        Form("b", ("name=\"image\"", new string('x', 1_200))),
        Form("b", ("name=\"metadata\"", "{\"x\":\"" + new string('y', 600) + "\"}"), ("name=image", "x")),
        Form("-", ("name=\"image\"", "x"), ("name=\"image\"", "y"), ("name=\"other\"", "z")),
        "multipart/form-data; boundary=\"a b\"\n--a b\r\nContent-Disposition: form-data; name*=UTF-8''im%61ge\r\n\r\nx\r\n--a b--",
        "multipart/form-data\n--b--",
        "multipart/form-data; boundary=b\n",
    ]).Select(Encoding.Latin1.GetBytes)];

    public override IReadOnlyList<string> Dictionary { get; } =
    [
        "multipart/form-data; boundary=b", "boundary=", "\n--b\r\n", "\r\n--b--\r\n", "\r\n--b\r\n", "Content-Disposition: form-data; name=\"image\"", "Content-Disposition: ",
        "name=\"metadata\"", "filename*=UTF-8''", "Content-Type: application/json", "Content-Transfer-Encoding: base64", "\r\n\r\n", "--", "{\"colour\":\"red\"}", "; charset=utf-8", "name*0=",
    ];

    public override string Run(byte[] input)
    {
        var line = input.AsSpan().IndexOf((byte)'\n');
        var http = new DefaultHttpContext();
        http.Request.ContentType = Encoding.Latin1.GetString(input.AsSpan(0, Math.Max(0, line)));
        http.Request.Body = new MemoryStream(input, line + 1, input.Length - line - 1, writable: false);
        if (!RequestJson.HasType(http, PutDocument.Multipart))
            return Answers.Refusal(RequestJson.UnsupportedType(http, PutDocument.Multipart));
        var type = MediaTypeHeaderValue.Parse(http.Request.ContentType);
        using var item = DocumentForm.ReadAsync(OpenIndexes.WithModel, "d1", type, http, Requests).GetAwaiter().GetResult();
        if (item.Error is { } error)
            return Answers.Refusal(error);
        BrokenPromiseException.Unless(item is { Id: "d1", Source: { Kind: SourceKind.ImageBase64, Image: not null } }, "a document without its image");
        BrokenPromiseException.Unless(item.Metadata.Length <= Limits.MaxMetadataBytes, $"metadata beyond the limit: {item.Metadata.Length}");
        return item.Metadata.Length > 2 ? "with metadata" : "without";
    }

    private static string Form(string boundary, params (string Disposition, string Content)[] parts) =>
        $"multipart/form-data; boundary={boundary}\n" + string.Concat(parts.Select(part => $"--{boundary}\r\nContent-Disposition: form-data; {part.Disposition}\r\n\r\n{part.Content}\r\n")) + $"--{boundary}--\r\n";
}
