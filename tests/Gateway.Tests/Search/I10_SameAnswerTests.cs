using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using ClipOrleans.Gateway.Tests.Hosting;
using CsCheck;

namespace ClipOrleans.Gateway.Tests.Search;

// Danger: a merge that loses ties, pages, counts or rows gives another answer with several shards than with one.
// Invariant: I10 (same answer whatever the shard count), I6 (ties by id), I7 (total counts what matches).
// Method: the same documents, many of them alike, in 1, 3 and 8 shards; random requests; the answers without times and shard counts must be the same.
public sealed class I10_SameAnswerTests
{
    private static readonly int[] ShardCounts = [1, 3, 8];

    private static readonly Gen<string> Searches =
        from query in Gen.OneOf("\"text\":\"red\"", "\"text\":\"blue shoe\"", "\"id\":\"d017\"", "\"queries\":[{\"text\":\"red\"},{\"id\":\"d003\",\"weight\":-0.5},{\"id\":\"d004\"}]", "\"vector\":[1,1,0,0,0,0,0,1]", "")
        from filter in Gen.OneOf("{}", "{\"colour\":\"red\"}", "{\"price\":{\"$lt\":20}}", "{\"$or\":[{\"tags\":\"a\"},{\"new\":true}]}", "{\"colour\":\"nothing\"}")
        from topK in Gen.OneOf(1, 3, 10, 49, 200)
        from offset in Gen.OneOf(0, 1, 7, 60, 500)
        from include in Gen.OneOf("[]", "[\"metadata\"]", "[\"vector\"]", "[\"metadata\",\"vector\"]")
        from minScore in Gen.OneOf("", ",\"minScore\":0.5")
        from grouped in Gen.OneOf("", "", ",\"groupBy\":\"colour\"", ",\"groupBy\":\"price\",\"groupSize\":2")
        from diversity in Gen.OneOf("", "", "", ",\"diversity\":0.4")
        from facets in Gen.OneOf("", ",\"facets\":[\"colour\",\"price\",\"new\",\"tags\"]")
        let needsQuery = query.Length == 0 ? "" : minScore + (topK + offset <= 1_000 ? diversity : "")
        select $"{{{query}{(query.Length > 0 ? "," : "")}\"filter\":{filter},\"topK\":{topK},\"offset\":{offset},\"include\":{include}{needsQuery}{grouped}{facets}}}";

    [Fact]
    public async Task I10_Any_search_has_the_same_answer_with_1_3_and_8_shards()
    {
        await using var host = await GatewayHost.StartAsync();
        foreach (var shards in ShardCounts)
            await FillAsync(host, shards);
        await Searches.SampleAsync(async search =>
        {
            var answers = new List<string>();
            foreach (var shards in ShardCounts)
            {
                var answer = (await host.PostAsync($"/v1/indexes/s{shards}/search", search)).Ok();
                Assert.Equal(shards, (int)answer["shards"]!["succeeded"]!);
                foreach (var member in (string[])["queryId", "tookMs", "shards"])
                    answer.Remove(member);
                answers.Add(answer.ToJsonString().Replace($"indexes/s{shards}/", "indexes/s/", StringComparison.Ordinal));
            }

            Assert.Equal(answers[0], answers[1]);
            Assert.Equal(answers[0], answers[2]);
        }, iter: 150, threads: 1);
    }

    [Fact]
    public async Task I10_A_scroll_gives_every_document_once_in_id_order()
    {
        await using var host = await GatewayHost.StartAsync();
        foreach (var shards in ShardCounts)
        {
            await FillAsync(host, shards);
            foreach (var limit in (int[])[1, 7, 119, 120, 121, 1000])
            {
                var ids = new List<string>();
                for (string? cursor = ""; cursor is not null;)
                {
                    var page = (await host.GetAsync($"/v1/indexes/s{shards}/documents?limit={limit}{cursor}&filter=%7B%22price%22%3A%7B%22%24gte%22%3A0%7D%7D")).Ok();
                    var found = page["documents"]!.AsArray().Select(document => (string)document!["id"]!).ToList();
                    Assert.InRange(found.Count, 1, limit);
                    ids.AddRange(found);
                    cursor = page["cursor"] is { } next ? $"&cursor={next}" : null;
                }

                Assert.Equal(Enumerable.Range(0, 120).Select(Id), ids);
            }
        }
    }

    private static string Id(int i) => i.ToString("'d'000", CultureInfo.InvariantCulture);

    private static async Task FillAsync(GatewayHost host, int shards)
    {
        await host.CreateIndexAsync($"s{shards}", $",\"shards\":{shards}");
        string[] words = ["red", "blue", "green", "shoe", "hat"];
        var documents = new JsonArray([.. Enumerable.Range(0, 120).Select(i => new JsonObject
        {
            ["id"] = Id(i),
            // Every text occurs many times: most scores are ties.
            ["text"] = $"{words[i % 5]} {words[i / 5 % 3]}",
            ["metadata"] = new JsonObject { ["colour"] = words[i % 3], ["price"] = i % 30, ["new"] = i % 2 == 0, ["tags"] = new JsonArray($"{(char)('a' + (i % 4))}", "z") },
        })]);
        (await host.PostAsync($"/v1/indexes/s{shards}/documents", new JsonObject { ["documents"] = documents }.ToJsonString())).Expect(HttpStatusCode.OK);
    }
}
