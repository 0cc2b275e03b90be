namespace ClipOrleans.EndToEnd.Isolation;

/// <summary>Where visitors ask: a plain HTTP client that keeps nothing between two of them.</summary>
internal sealed class Door(Uri address) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = address };

    public int Asked { get; private set; }

    public async Task<Heard> AskAsync(Visitor visitor, HttpMethod method, string path, HttpContent? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        visitor.Show(request);
        using var response = await _http.SendAsync(request);
        Asked++;
        return await Heard.OfAsync(response);
    }

    public void Dispose() => _http.Dispose();
}
