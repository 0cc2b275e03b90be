using System.Net;
using System.Text;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Fuzz.Engine;
using ClipOrleans.Gateway.Auth;
using ClipOrleans.Gateway.Endpoints;
using ClipOrleans.Gateway.Fetch;
using ClipOrleans.Gateway.Json;
using ClipOrleans.Gateway.Search;
using ClipOrleans.Gateway.Tenants;
using ClipOrleans.Vectors.Filters;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ClipOrleans.Fuzz.Targets;

/// <summary>What stands in paths, query strings and headers: cursors, ids, keys, image URLs, addresses, times; the first byte says which.</summary>
internal sealed class WordsTarget : FuzzTarget
{
    private static readonly string ValidKey = $"clip_{new string('a', ApiKey.RingLength)}{new string('b', ApiKey.IdLength)}_{Convert.ToBase64String(new byte[32]).TrimEnd('=')}";

    public override string Name => "words";

    public override int MaxLength => 1_200;

    public override int ShortRun => 20_000;

    public override string Promise => "what comes back as it went (cursors, ids, times, keys), or a refusal; no address of a private network";

    public override IReadOnlyList<byte[]> Seeds { get; } = [.. ((string[])[
        "a" + ScrollCursor.Write("d1"), "a" + ScrollCursor.Write(new string('\u20ac', 256)), "b" + TenantCursor.Write("acme"), "ced1", "c" + new string('é', 256),
        "d100&" + ScrollCursor.Write("d1") + "&{\"colour\":\"red\"}&vector", "d1001&x&{&metadata", "ed%C3%A9/%2F?x", "ehttp://h/v1/indexes/shop/documents/a%20b/image",
        "fBearer " + ValidKey + "\n" + ValidKey, "fbasic x", "g" + ValidKey, "hhttps://example.org:8443/a.png?x#y", "hhttp://[::ffff:127.0.0.1]/", "hhttp://0x7f.1/", "hhttp://user@h/",
        "i127.0.0.1", "i::ffff:10.0.0.1", "i64:ff9b::a9fe:a9fe", "i2606:4700::1111", "i8.8.8.8", "jacme/shop", "jacme/shop-1/3", "jacme/shop-1/3/r2", "j../x", "k2026-03-01T12:00:00.1234567+01:00", "k2026-02-29",
    ]).Select(Encoding.UTF8.GetBytes)];

    public override IReadOnlyList<string> Dictionary { get; } =
        ["%2F", "%00", "%C3%A9", "%ED%A0%80", "Bearer ", "clip_", "http://", "https://", "[::1]", "169.254.169.254", "@", ":", "//", "?", "#", "AQ", "Ag", "shop-1/3", "/r", "T23:59:60", "+14:00", "-00:01", "xn--", "。", "ⓔ"];

    public override string Run(byte[] input)
    {
        if (input.Length == 0)
            return "nothing";
        var text = Encoding.UTF8.GetString(input.AsSpan(1));
        return (input[0] % 11) switch
        {
            'a' % 11 => Told(ScrollCursor.Read(text), static id => BrokenPromiseException.Unless(DocumentIds.Check(id) is null && ScrollCursor.Read(ScrollCursor.Write(id)).Value == id, "a cursor of what is no id")),
            'b' % 11 => TenantCursor.Read(text) is { } tenant ? Kept(TenantCursor.Read(TenantCursor.Write(tenant)) == tenant, "a tenant") : "no tenant",
            'c' % 11 => Id(text),
            'd' % 11 => Page(text.Split('&')),
            'e' % 11 => Told(RouteId.Of(At(text.StartsWith("http", StringComparison.Ordinal) ? text : "/v1/indexes/shop/documents/" + text)), static id => BrokenPromiseException.Unless(DocumentIds.Check(id) is null, "a bad id")),
            'f' % 11 => Shown(Encoding.Latin1.GetString(input.AsSpan(1)).Split('\n')),
            'g' % 11 => ApiKey.TryParse(text, out var key) ? Kept(key.Reveal() == text && ApiKey.IsRing(key.Ring) && !key.ToString().Contains(text[^20..], StringComparison.Ordinal), "a key") : "no key",
            'h' % 11 => Url(text),
            'i' % 11 => Address(text),
            'j' % 11 => Key(text),
            _ => InstantText.TryParse(text, out var ticks) ? Kept(InstantText.TryParse(InstantText.Format(ticks), out var again) && again == ticks, "a time") : "no time",
        };
    }

    private static string Kept(bool kept, string what)
    {
        BrokenPromiseException.Unless(kept, $"{what} that does not come back");
        return what;
    }

    private static string Told<T>(Contracts.Errors.Result<T> result, Action<T> check)
    {
        if (!result.IsSuccess)
            return Answers.Refusal(result.Error);
        check(result.Value);
        return typeof(T).Name;
    }

    /// <summary>An id comes back from a cursor, and from the path it is written into.</summary>
    private static string Id(string id)
    {
        if (DocumentIds.Check(id) is not null)
            return "no id";
        Kept(ScrollCursor.Read(ScrollCursor.Write(id)).Value == id, "the id of a cursor");
        return Kept(RouteId.Of(At($"/v1/indexes/shop/documents/{Uri.EscapeDataString(id)}?include=vector")).Value == id, "the id of a path");
    }

    private static string Page(string[] parts)
    {
        string? Part(int number) => parts.Length > number && parts[number].Length > 0 ? parts[number] : null;
        var tenants = Told(TenantRequests.ReadPage(Part(0), Part(1)), static page => BrokenPromiseException.Unless(page.Limit is >= 1 and <= 1_000, "a page without end"));
        var documents = Told(ScrollRequest.Read(OpenIndexes.WithModel, Part(0), Part(1), Part(2), Part(3)), static page =>
        {
            BrokenPromiseException.Unless(page.Limit is >= 1 and <= 1_000, "a page without end");
            BrokenPromiseException.Unless(page.Filter is null || FilterParser.TryParse(page.Filter, OpenIndexes.WithModel.Schema, out _, out _), "a filter that the shards do not take");
        });
        return $"{tenants} {documents}";
    }

    private static DefaultHttpContext At(string target)
    {
        var http = new DefaultHttpContext();
        http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = target;
        return http;
    }

    private static string Shown(string[] lines)
    {
        var http = new DefaultHttpContext();
        http.Request.Headers.Authorization = lines[0];
        if (lines.Length > 1)
            http.Request.Headers[Credential.KeyHeader] = lines[1];
        return Told(Credential.Of(http.Request), static shown =>
        {
            BrokenPromiseException.Unless(shown.Key.Length <= Credential.MaxLength && shown.Hash().Length == 32, "a key without end");
        });
    }

    private static string Url(string text)
    {
        if (!ImageUrls.TryParse(text, out var url))
            return "no url";
        BrokenPromiseException.Unless(url is { IsAbsoluteUri: true, Scheme: "http" or "https", UserInfo.Length: 0 } && url.IdnHost.Length > 0, $"a URL that is fetched from nowhere: {url}");
        return IPAddress.TryParse(url.IdnHost.Trim('[', ']'), out var address) ? $"address {AddressRules.IsAllowed(address)}" : "url";
    }

    /// <summary>No form of an address may be allowed where another form of the same is not.</summary>
    private static string Address(string text)
    {
        if (!IPAddress.TryParse(text, out var address))
            return "no address";
        var allowed = AddressRules.IsAllowed(address);
        BrokenPromiseException.Unless(!allowed || !(IPAddress.IsLoopback(address) || address.IsIPv6LinkLocal || address.IsIPv6SiteLocal || address.IsIPv6UniqueLocal || address.IsIPv6Multicast), $"a private address: {address}");
        BrokenPromiseException.Unless(AddressRules.IsAllowed(address.MapToIPv6()) == allowed, $"allowed in one form alone: {address}");
        return $"{address.AddressFamily} {allowed}";
    }

    private static string Key(string text)
    {
        var came = "";
        came += Parsed(() => ReplicaKey.Parse(text).ToString() == text, "replica");
        came += Parsed(() => ShardKey.Parse(text).ToString() == text, "shard");
        came += Parsed(() => IndexKey.Parse(text).ToString() == text, "index");
        return came;

        static string Parsed(Func<bool> parse, string what)
        {
            try
            {
                return Kept(parse(), what);
            }
            catch (FormatException)
            {
                return "";
            }
        }
    }
}
