using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text;
using ClipOrleans.Silo.Cluster.Tls;
using ClipOrleans.Silo.Configuration;
using ClipOrleans.Stores;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClipOrleans.Grains.Tests.Cluster;

// Danger: a stranger speaks to the silos; a renewed certificate needs a start; a fault in a file ends the service.
// Invariant: only who shows a certificate of the authority is let in, on either side; renewed files count within seconds; bad ones never.
// Method: both ends of the middleware over a pair of pipes, with authorities made by the test.
public sealed class TlsConnectionTests : IDisposable
{
    private readonly TestAuthority _ours = new("ours");
    private readonly TestAuthority _theirs = new("theirs");
    private readonly TempFolder _server = new();
    private readonly TempFolder _client = new();
    private readonly ManualClock _clock = new();

    /// <summary>What the server was told by somebody it had let in.</summary>
    private string _said = "";

    public TlsConnectionTests()
    {
        _ours.Issue(_server.Path, "server");
        _ours.Issue(_client.Path, "client");
    }

    public void Dispose()
    {
        _ours.Dispose();
        _theirs.Dispose();
        _server.Dispose();
        _client.Dispose();
    }

    [Fact]
    public async Task Two_of_the_cluster_understand_each_other_and_nobody_between_them()
    {
        var wire = new Wire();
        Assert.Equal("hello from the client", await ExchangeAsync(wire, Certificates(_server), Certificates(_client)));
        Assert.DoesNotContain("hello", Encoding.Latin1.GetString(wire.Sent), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Much_in_both_directions_at_once_arrives_as_it_was_sent()
    {
        const int Megabytes = 4;
        var wire = new Wire();
        var hashes = new Dictionary<string, string>();
        var sides = new[] { (Connection(Certificates(_server), isServer: true), wire.Server), (Connection(Certificates(_client), isServer: false), wire.Client) }
            .Select(side => EndingAsync(side.Item1.OnConnectionAsync(side.Item2, context => Task.WhenAll(SendAsync(context), ReceiveAsync(context))), side.Item2));
        await Task.WhenAll(sides);
        Assert.Equal(hashes["sent by server"], hashes["received by client"]);
        Assert.Equal(hashes["sent by client"], hashes["received by server"]);

        async Task SendAsync(ConnectionContext context)
        {
            var random = new Random(context.ConnectionId[0]);
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            for (var left = Megabytes << 20; left > 0;)
            {
                var part = new byte[Math.Min(left, random.Next(1, random.Next(2) == 0 ? 200 : 200_000))];
                random.NextBytes(part);
                hash.AppendData(part);
                await context.Transport.Output.WriteAsync(part);
                left -= part.Length;
            }

            Keep($"sent by {context.ConnectionId}", hash);
        }

        async Task ReceiveAsync(ConnectionContext context)
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            for (var left = Megabytes << 20; left > 0;)
            {
                var read = await context.Transport.Input.ReadAsync();
                Assert.False(read.IsCompleted && read.Buffer.IsEmpty);
                foreach (var part in read.Buffer)
                    hash.AppendData(part.Span);
                left -= (int)read.Buffer.Length;
                context.Transport.Input.AdvanceTo(read.Buffer.End);
            }

            Keep($"received by {context.ConnectionId}", hash);
        }

        void Keep(string what, IncrementalHash hash)
        {
            lock (hashes)
                hashes[what] = Convert.ToHexString(hash.GetHashAndReset());
        }
    }

    [Fact]
    public async Task A_server_of_another_authority_is_refused()
    {
        _theirs.Issue(_server.Path, "server");
        await RefusedAsync();
    }

    [Fact]
    public async Task A_client_of_another_authority_is_refused()
    {
        _theirs.Issue(_client.Path, "client");
        File.WriteAllText(Path.Combine(_client.Path, "ca.crt"), _ours.Pem);
        await RefusedAsync();
    }

    [Fact]
    public async Task A_certificate_that_has_ended_is_refused()
    {
        _ours.Issue(_client.Path, "client", days: -1);
        await RefusedAsync();
    }

    [Fact]
    public async Task A_certificate_that_is_not_for_servers_is_refused_as_one()
    {
        _ours.Issue(_server.Path, "server", forServers: false);
        await RefusedAsync();
    }

    [Fact]
    public async Task Who_speaks_in_the_clear_is_refused()
    {
        var wire = new Wire();
        var server = new TlsConnection(Certificates(_server), isServer: true, NullLogger<TlsConnection>.Instance);
        var serving = server.OnConnectionAsync(wire.Server, _ => throw new InvalidOperationException("it was let in"));
        await wire.Client.Transport.Output.WriteAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
        await Assert.ThrowsAsync<ConnectionAbortedException>(() => serving);
    }

    [Fact]
    public async Task Renewed_files_count_for_the_next_connection_and_bad_ones_never()
    {
        var (server, client) = (Certificates(_server), Certificates(_client));
        await ExchangeAsync(new Wire(), server, client);
        var before = server.Current.Own.TargetCertificate.Thumbprint;

        // The new authority first, beside the old one, then the certificates it has signed: no moment at which they don't know each other.
        foreach (var folder in new[] { _server.Path, _client.Path })
            File.WriteAllText(Path.Combine(folder, "ca.crt"), _ours.Pem + "\n" + _theirs.Pem);
        _clock.Advance(TimeSpan.FromSeconds(10));
        await ExchangeAsync(new Wire(), server, client);
        _theirs.Issue(_server.Path, "server");
        File.WriteAllText(Path.Combine(_server.Path, "ca.crt"), _ours.Pem + "\n" + _theirs.Pem);
        Assert.Equal(before, server.Current.Own.TargetCertificate.Thumbprint);
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.NotEqual(before, server.Current.Own.TargetCertificate.Thumbprint);
        await ExchangeAsync(new Wire(), server, client);

        // Half of a change: the key is another one's.
        var good = server.Current.Own.TargetCertificate.Thumbprint;
        File.Copy(Path.Combine(_client.Path, "tls.key"), Path.Combine(_server.Path, "tls.key"), overwrite: true);
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(good, server.Current.Own.TargetCertificate.Thumbprint);
        File.Delete(Path.Combine(_server.Path, "tls.crt"));
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(good, server.Current.Own.TargetCertificate.Thumbprint);
        await ExchangeAsync(new Wire(), server, client);
    }

    [Theory]
    [InlineData("tls.crt", "", "Cluster:Tls:CertificatePath")]
    [InlineData("tls.key", "nonsense", "Cluster:Tls:KeyPath")]
    [InlineData("ca.crt", "", "Cluster:Tls:CaPath")]
    [InlineData("ca.crt", null, "Cluster:Tls:CaPath")]
    public void A_file_at_fault_is_told_with_its_key(string file, string? content, string key)
    {
        var path = Path.Combine(_server.Path, file);
        if (content is null)
            File.Delete(path);
        else
            File.WriteAllText(path, content);
        Assert.Contains(key, ClusterCertificates.Problem(Settings(_server)), StringComparison.Ordinal);
    }

    private async Task RefusedAsync()
    {
        var failed = await Record.ExceptionAsync(() => ExchangeAsync(new Wire(), Certificates(_server), Certificates(_client)));
        Assert.NotNull(failed);
        Assert.Equal("", _said);
    }

    /// <summary>The client sends a word, the server reads it, as Orleans would.</summary>
    private async Task<string> ExchangeAsync(Wire wire, ClusterCertificates serverSide, ClusterCertificates clientSide)
    {
        _said = "";
        var (server, client) = (Connection(serverSide, isServer: true), Connection(clientSide, isServer: false));
        var serving = server.OnConnectionAsync(wire.Server, async context =>
        {
            var read = await context.Transport.Input.ReadAtLeastAsync("hello from the client".Length);
            _said = Encoding.UTF8.GetString(read.Buffer.ToArray());
            await context.Transport.Output.WriteAsync("thanks"u8.ToArray());
        });
        var calling = client.OnConnectionAsync(wire.Client, async context =>
        {
            await context.Transport.Output.WriteAsync("hello from the client"u8.ToArray());
            var answer = await context.Transport.Input.ReadAtLeastAsync("thanks".Length);
            if (answer.Buffer.Length == 0)
                throw new IOException("The server said nothing.");
        });
        await Task.WhenAll(EndingAsync(serving, wire.Server), EndingAsync(calling, wire.Client));
        return _said;
    }

    /// <summary>As the transport does: whoever ends closes his side, and the other one sees it.</summary>
    private static async Task EndingAsync(Task side, ConnectionContext context)
    {
        try
        {
            await side;
        }
        finally
        {
            await context.Transport.Output.CompleteAsync();
        }
    }

    private static TlsConnection Connection(ClusterCertificates certificates, bool isServer) => new(certificates, isServer, NullLogger<TlsConnection>.Instance);

    private static TlsSettings Settings(TempFolder folder) => new()
    {
        Mode = TlsSettings.Require,
        CertificatePath = Path.Combine(folder.Path, "tls.crt"),
        KeyPath = Path.Combine(folder.Path, "tls.key"),
        CaPath = Path.Combine(folder.Path, "ca.crt"),
    };

    private ClusterCertificates Certificates(TempFolder folder) => new(Settings(folder), _clock, NullLogger<ClusterCertificates>.Instance);

    /// <summary>Two connections that end in each other; what the client sends is kept.</summary>
    private sealed class Wire
    {
        private readonly MemoryStream _sent = new();

        public Wire()
        {
            var (there, back) = (new Pipe(), new Pipe());
            Server = new DefaultConnectionContext("server") { Transport = new Ends(there.Reader, back.Writer) };
            Client = new DefaultConnectionContext("client") { Transport = new Ends(back.Reader, new Tap(there.Writer, _sent)) };
        }

        public DefaultConnectionContext Server { get; }

        public DefaultConnectionContext Client { get; }

        public byte[] Sent => _sent.ToArray();

        private sealed record Ends(PipeReader Input, PipeWriter Output) : IDuplexPipe;

        private sealed class Tap(PipeWriter inner, MemoryStream sent) : PipeWriter
        {
            public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
            {
                sent.Write(source.Span);
                return inner.WriteAsync(source, cancellationToken);
            }

            public override void Advance(int bytes) => inner.Advance(bytes);

            public override void CancelPendingFlush() => inner.CancelPendingFlush();

            public override void Complete(Exception? exception = null) => inner.Complete(exception);

            public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => inner.FlushAsync(cancellationToken);

            public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

            public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);
        }
    }
}
