using ClipOrleans.EndToEnd.Cluster.Network;
using ClipOrleans.EndToEnd.Crash;

namespace ClipOrleans.EndToEnd.Cluster.Course;

// Danger: a silo that the others gave up is alive (stopped for a minute, on the wrong side of a network), and writes or answers all the same;
// what is rare is not met by two kills.
// Invariant: I1 (acknowledged is durable), I3 (read your writes through any gateway), I4 (one writer), I8 (partial is said).
// Method: three shard silos, an encoder and two gateways under a steady load; a course of kills, restarts, pauses and a divided network
// (each process in a network namespace of its own), with clients on both sides. eng/cluster-campaign.sh runs it and writes the report.
public sealed class I1_I3_I4_I8_ClusterCourseTests(ITestOutputHelper output)
{
    private const string Variable = "CLIPORLEANS_CLUSTER_COURSE";
    private static readonly ClusterLayout s_layout = new(Gateways: 2, Shards: 3, Encoders: 1);

    /// <summary>From a kill until searches are whole again.</summary>
    private static readonly TimeSpan s_whole = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task A_course_of_losses_loses_no_write_and_gives_no_wrong_answer()
    {
        var course = Environment.GetEnvironmentVariable(Variable);
        Assert.SkipWhen(string.IsNullOrEmpty(course), $"a course takes minutes: {Variable} says which (eng/cluster-campaign.sh)");
        var steps = CourseStep.Parse(course!);
        using var network = steps.Any(static step => step.Name == CourseStep.Divide) ? TestNetwork.Create() : null;
        await using var cluster = await LoadedCluster.StartAsync(s_layout, Seed.For(0, output), network);
        var report = new CourseReport();
        try
        {
            await new ClusterCourse(cluster, network, Seed.For(1, output), report, Say).RunAsync(steps);
        }
        catch (Exception fault)
        {
            report.Fault = fault.Message.ReplaceLineEndings(" ");
            Say($"{fault}\n{cluster.Load.Figures}\n{cluster.Processes.Output()}");
            throw;
        }
        finally
        {
            await WriteAsync(report.Render(cluster.Load.Figures, cluster.Load.Verified));
        }

        Assert.True(cluster.Load.Figures is { Acknowledged: > 0, Hits: > 0, Brute: > 0, ReadBack: > 0 });
        Assert.Equal(0, report.LeftOut);
        Assert.True(report.Longest(ClusterCourse.Killed) <= s_whole, $"After a kill searches were whole after {report.Longest(ClusterCourse.Killed)}.");
        Assert.Equal(0, report.Failed(ClusterCourse.Restarted));
        Assert.Equal(0, report.Failed(ClusterCourse.Joined));
    }

    private void Say(string text) => output.WriteLine(text);

    private async Task WriteAsync(string table)
    {
        Say(table);
        if (Environment.GetEnvironmentVariable("CLIPORLEANS_CLUSTER_REPORT") is { Length: > 0 } file)
            await File.WriteAllTextAsync(file, table);
    }
}
