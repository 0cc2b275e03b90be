using System.Text;
using System.Text.Json;
using ClipOrleans.Vectors.Filters;
using CsCheck;

namespace ClipOrleans.Vectors.Tests.Filters;

// Danger: a filter that is misread and answered, or a message that does not help; a hostile one that throws or blows up.
// Invariant: I9: any bytes give a filter or faults, each with kind, pointer and what would be right.
public sealed class FilterParserTests
{
    [Theory]
    [InlineData("[]", InputFaultKind.Malformed, "", "JSON object")]
    [InlineData("null", InputFaultKind.Malformed, "", "JSON object")]
    [InlineData("{\"colour\":\"Red\",\"colour\":\"Blue\"}", InputFaultKind.Malformed, "/colour", "twice")]
    [InlineData("{\"price\":{\"$gt\":1,\"$gt\":2}}", InputFaultKind.Malformed, "/price/$gt", "twice")]
    [InlineData("{\"$nor\":[]}", InputFaultKind.Malformed, "/$nor", "$and, $or, $not")]
    [InlineData("{\"$gt\":3}", InputFaultKind.Malformed, "/$gt", "inside a field")]
    [InlineData("{\"price\":{\"$regex\":\"a\"}}", InputFaultKind.Malformed, "/price/$regex", "$eq, $ne, $gt, $gte, $lt, $lte, $in, $nin, $exists, $all, $near")]
    [InlineData("{\"price\":{\"$or\":[]}}", InputFaultKind.Malformed, "/price/$or", "beside fields")]
    [InlineData("{\"price\":{}}", InputFaultKind.Malformed, "/price", "operators")]
    [InlineData("{\"$and\":[]}", InputFaultKind.Malformed, "/$and", "at least one")]
    [InlineData("{\"$or\":{}}", InputFaultKind.Malformed, "/$or", "array")]
    [InlineData("{\"$or\":[{},3]}", InputFaultKind.Malformed, "/$or/1", "JSON object")]
    [InlineData("{\"$not\":[]}", InputFaultKind.Malformed, "/$not", "JSON object")]
    [InlineData("{\"price\":{\"$not\":3}}", InputFaultKind.Malformed, "/price/$not", "$ne")]
    [InlineData("{\"colour\":{\"$in\":\"Red\"}}", InputFaultKind.Malformed, "/colour/$in", "array")]
    [InlineData("{\"colour\":{\"$exists\":1}}", InputFaultKind.Malformed, "/colour/$exists", "true or false")]
    [InlineData("{\"tags\":{\"$all\":[]}}", InputFaultKind.Malformed, "/tags/$all", "at least one")]
    [InlineData("{\"place\":{\"$near\":[1,2]}}", InputFaultKind.Malformed, "/place/$near", "meters")]
    [InlineData("{\"place\":{\"$near\":{\"lat\":1,\"lon\":2}}}", InputFaultKind.Malformed, "/place/$near", "lacks meters")]
    [InlineData("{\"place\":{\"$near\":{\"lat\":1,\"lon\":2,\"meters\":3,\"km\":4}}}", InputFaultKind.Malformed, "/place/$near/km", "lat, lon and meters")]
    [InlineData("{\"colour\":\"\\ud800\"}", InputFaultKind.Malformed, "/colour", "Unicode")]
    [InlineData("{\"\\udc00\":1}", InputFaultKind.Malformed, "", "Unicode")]
    [InlineData("{\"weight\":3}", InputFaultKind.Impossible, "/weight", "colour (keyword)")]
    [InlineData("{\"$or\":[{\"x/y~z\":3}]}", InputFaultKind.Impossible, "/$or/0/x~1y~0z", "not declared")]
    [InlineData("{\"a/b~c\":3}", InputFaultKind.Impossible, "/a~1b~0c", "a string")]
    [InlineData("{\"colour\":[\"Red\"]}", InputFaultKind.Impossible, "/colour", "$in")]
    [InlineData("{\"colour\":null}", InputFaultKind.Impossible, "/colour", "$exists")]
    [InlineData("{\"price\":\"3\"}", InputFaultKind.Impossible, "/price", "number")]
    [InlineData("{\"price\":1e400}", InputFaultKind.Impossible, "/price", "finite")]
    [InlineData("{\"price\":{\"$in\":[1,\"2\"]}}", InputFaultKind.Impossible, "/price/$in/1", "number")]
    [InlineData("{\"sale\":\"true\"}", InputFaultKind.Impossible, "/sale", "true or false")]
    [InlineData("{\"added\":\"yesterday\"}", InputFaultKind.Impossible, "/added", "RFC 3339")]
    [InlineData("{\"colour\":{\"$gt\":\"Red\"}}", InputFaultKind.Impossible, "/colour/$gt", "number and datetime")]
    [InlineData("{\"colour\":{\"$all\":[\"Red\"]}}", InputFaultKind.Impossible, "/colour/$all", "keyword[]")]
    [InlineData("{\"colour\":{\"$near\":{\"lat\":1,\"lon\":2,\"meters\":3}}}", InputFaultKind.Impossible, "/colour/$near", "geo")]
    [InlineData("{\"place\":{\"$eq\":1}}", InputFaultKind.Impossible, "/place/$eq", "$near")]
    [InlineData("{\"place\":{\"$in\":[1]}}", InputFaultKind.Impossible, "/place/$in", "$near")]
    [InlineData("{\"place\":{\"$near\":{\"lat\":91,\"lon\":2,\"meters\":3}}}", InputFaultKind.Impossible, "/place/$near/lat", "-90 to 90")]
    [InlineData("{\"place\":{\"$near\":{\"lat\":9,\"lon\":\"x\",\"meters\":3}}}", InputFaultKind.Impossible, "/place/$near/lon", "-180 to 180")]
    [InlineData("{\"place\":{\"$near\":{\"lat\":9,\"lon\":2,\"meters\":-1}}}", InputFaultKind.Impossible, "/place/$near/meters", "not negative")]
    public void A_fault_has_its_kind_its_pointer_and_says_what_would_be_right(string json, InputFaultKind kind, string pointer, string message)
    {
        var fault = Assert.Single(Faults(json));
        Assert.Equal((kind, pointer), (fault.Kind, fault.Pointer));
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_faults_are_found() =>
        Assert.Equal(
            ["/price", "/weight", "/$or/0/sale", "/$or/1/tags/$foo"],
            Faults("{\"price\":\"x\",\"weight\":1,\"colour\":\"Red\",\"$or\":[{\"sale\":3},{\"tags\":{\"$foo\":1}}]}").Select(fault => fault.Pointer));

    [Theory]
    [InlineData("{\"price\":NaN}")]
    [InlineData("{\"price\":Infinity}")]
    [InlineData("{\"price\":1,}")]
    [InlineData("{\"price\":1} {}")]
    [InlineData("{\"price\":")]
    [InlineData("")]
    [InlineData("{/* c */}")]
    public void What_is_no_JSON_is_malformed(string json)
    {
        var fault = Assert.Single(Faults(json));
        Assert.Equal((InputFaultKind.Malformed, ""), (fault.Kind, fault.Pointer));
    }

    [Fact]
    public void Broken_UTF8_is_malformed()
    {
        Assert.False(FilterParser.TryParse(new byte[] { (byte)'{', (byte)'"', 0xC3, 0x28, (byte)'"', (byte)':', (byte)'1', (byte)'}' }, Generate.Schema, out _, out var faults));
        Assert.Contains("UTF-8", Assert.Single(faults).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"$not\":", "}")]
    [InlineData("{\"$and\":[", "]}")]
    public void Depth_sixteen_is_the_last(string open, string close)
    {
        Assert.Empty(Faults(Nested(FilterParser.MaxDepth - 1)));
        var fault = Assert.Single(Faults(Nested(FilterParser.MaxDepth)));
        Assert.Equal(InputFaultKind.Malformed, fault.Kind);
        Assert.Contains("deeper than 16", fault.Message, StringComparison.Ordinal);

        string Nested(int times) => string.Concat(Enumerable.Repeat(open, times)) + "{\"colour\":\"Red\"}" + string.Concat(Enumerable.Repeat(close, times));
    }

    [Fact]
    public void A_not_inside_a_field_counts_as_depth_too()
    {
        Assert.Empty(Faults(Nested(15)));
        Assert.Contains("deeper", Assert.Single(Faults(Nested(16))).Message, StringComparison.Ordinal);

        static string Nested(int times) =>
            "{\"price\":" + string.Concat(Enumerable.Repeat("{\"$not\":", times)) + "{\"$gt\":1}" + new string('}', times) + "}";
    }

    [Fact]
    public void Value_1024_is_the_last_and_one_fault_says_so()
    {
        Assert.Empty(Faults(Values(FilterParser.MaxLeafValues)));
        Assert.Contains("1024", Assert.Single(Faults(Values(FilterParser.MaxLeafValues + 1))).Message, StringComparison.Ordinal);
        Assert.Contains("1024", Assert.Single(Faults($"{{\"$or\":[{string.Join(',', Enumerable.Repeat("{\"price\":1}", 5000))}]}}")).Message, StringComparison.Ordinal);

        static string Values(int count) => $"{{\"price\":{{\"$in\":[{string.Join(',', Enumerable.Range(0, count))}]}}}}";
    }

    [Fact]
    public void Empty_parts_are_counted_though_they_hold_no_value() =>
        Assert.Contains("parts", Assert.Single(Faults($"{{\"$or\":[{string.Join(',', Enumerable.Repeat("{}", 100_000))}]}}")).Message, StringComparison.Ordinal);

    [Fact]
    public void I9_Faults_are_bounded_in_number_and_size()
    {
        var faults = Faults($"{{{string.Join(',', Enumerable.Range(0, 10_000).Select(i => $"\"{new string('x', 500)}{i}\":1"))}}}");
        Assert.Equal(FaultList.MaxFaults, faults.Count);
        Assert.All(faults, fault => Assert.InRange(fault.Pointer.Length + fault.Message.Length, 1, 1000));
    }

    [Fact]
    public void I9_Any_damage_to_a_filter_gives_a_filter_or_faults() =>
        Gen.Select(Generate.Filter, Gen.Int[0, 10_000], Gen.Byte, Gen.OneOf("flip", "cut", "insert")).Sample((json, at, value, damage) =>
        {
            var bytes = Encoding.UTF8.GetBytes(json).ToList();
            at %= bytes.Count;
            if (damage == "flip")
                bytes[at] = value;
            else if (damage == "cut")
                bytes.RemoveRange(at, bytes.Count - at);
            else
                bytes.Insert(at, value);
            var isRead = FilterParser.TryParse(bytes.ToArray(), Generate.Schema, out var filter, out var faults);
            Assert.Equal(isRead, filter is not null);
            Assert.Equal(isRead, faults.Count == 0);
        });

    [Fact]
    public void The_generated_filters_use_the_whole_grammar()
    {
        var texts = new List<string>();
        Generate.Filter.Sample(texts.Add, iter: 500, threads: 1);
        var all = string.Concat(texts);
        foreach (var name in (string[])["$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin", "$exists", "$all", "$near", "$and", "$or", "$not"])
            Assert.Contains($"\"{name}\":", all, StringComparison.Ordinal);
    }

    [Fact]
    public void Bounds_of_one_object_become_one_interval()
    {
        Assert.True(Parse("{\"price\":{\"$gte\":10,\"$lt\":50}}", out var filter));
        var range = Assert.IsType<RangeFilter>(filter);
        Assert.Equal(10, SortKey.ToDouble(range.MinKey));
        Assert.Equal(Math.BitDecrement(50.0), SortKey.ToDouble(range.MaxKey));
    }

    [Fact]
    public void The_empty_object_matches_everything()
    {
        Assert.True(Parse("{}", out var filter));
        Assert.IsType<MatchAllFilter>(filter);
    }

    [Fact]
    public void Sort_keys_order_as_doubles_do() =>
        Gen.Select(Gen.Double, Gen.Double).Sample((a, b) =>
        {
            if (double.IsNaN(a) || double.IsNaN(b))
                return;
            Assert.Equal(a.CompareTo(b), SortKey.FromDouble(a).CompareTo(SortKey.FromDouble(b)));
            Assert.Equal(a, SortKey.ToDouble(SortKey.FromDouble(a)));
            Assert.Equal(SortKey.FromDouble(0.0), SortKey.FromDouble(-0.0));
        });

    private static IReadOnlyList<InputFault> Faults(string json)
    {
        var isRead = FilterParser.TryParse(Encoding.UTF8.GetBytes(json), Generate.Schema, out var filter, out var faults);
        Assert.Equal(isRead, filter is not null);
        Assert.Equal(isRead, faults.Count == 0);
        return faults;
    }

    private static bool Parse(string json, out Filter? filter)
    {
        using var document = JsonDocument.Parse(json);
        return FilterParser.TryParse(document.RootElement, Generate.Schema, out filter, out _);
    }
}
