using ClipOrleans.Vectors.Recall;

namespace ClipOrleans.Vectors.Tests.Recall;

// Danger: a controller that never gets to the target, rests far above it, or goes to and fro for ever.
// Invariant: whatever the (monotone) recall of the levels is, the promise is kept at about the least effort that keeps it.
// Method: simulated queries on random curves, the same in each run; judged by the true recall of the levels chosen, not by what was measured.
public sealed class EffortControllerTests
{
    private const int Curves = 300;
    private const int Queries = 24_000;
    private const int Settled = 12_000;

    /// <summary>The time average may be below the target by this: what cannot be told apart by the queries of the time.</summary>
    private const double Shortfall = 0.003;

    /// <summary>Changes of level while settled, of 12,000 queries: a neighbour is tried again now and then.</summary>
    private const int MostChanges = 60;

    /// <summary>The same on average over the curves.</summary>
    private const double UsualChanges = 8;

    /// <summary>Chance may keep a level away for a time: of the curves so many end within a point of the target, or within a step of the least level that keeps it.</summary>
    private const double LeastAtTheTarget = 0.95;

    /// <summary>The aim lies above the target by this share of the misses allowed.</summary>
    private const double AimShare = 0.4;

    private static readonly double[] Targets = [0.9, 0.95, 0.98, 0.99];

    [Fact]
    public void It_settles_at_the_least_effort_that_keeps_the_promise()
    {
        var (atTarget, allChanges) = (0, 0);
        for (var seed = 0; seed < Curves; seed++)
        {
            var random = new Random(seed);
            var target = Targets[random.Next(Targets.Length)];
            var curve = Curve(random);
            var (controller, recall, changes) = Run(target, curve, random.Next(1, 33), seed);
            var aim = target + (AimShare * (1 - target));
            var least = Array.FindIndex(curve, level => level >= aim);
            if (least < 0)
            {
                Assert.Equal(EffortScale.Levels - 1, controller.Step);
                atTarget++;
                continue;
            }

            var next = curve[Math.Min(least + 1, curve.Length - 1)];
            var nextButOne = curve[Math.Min(least + 2, curve.Length - 1)];
            Assert.True(recall >= target - Shortfall, $"seed {seed}: {recall:F4} for {target}");
            Assert.True(recall <= Math.Max(aim + 0.02, nextButOne), $"seed {seed}: {recall:F4} for {aim}, where two steps above the least are {nextButOne:F4}");
            Assert.True(changes <= MostChanges, $"seed {seed}: {changes} changes");
            atTarget += recall <= Math.Max(aim + 0.01, next) ? 1 : 0;
            allChanges += changes;
        }

        Assert.InRange((double)atTarget / Curves, LeastAtTheTarget, 1);
        Assert.InRange((double)allChanges / Curves, 0, UsualChanges);
    }

    [Fact]
    public void A_broken_promise_is_mended_within_a_hundred_queries_or_so()
    {
        const int Hundred = 128;
        var controller = new EffortController(0.95);
        var simulated = new SimulatedQueries(1);
        for (var query = 0; query < Hundred; query += 8)
        {
            for (var i = 0; i < 8; i++)
                controller.Add(simulated.Next(RecallFarBelow(controller.Level)));
            controller.Decide();
        }

        Assert.True(RecallFarBelow(controller.Level) >= 0.94, $"level {controller.Level} after {Hundred} queries");

        // As the level scale promises, but three levels off.
        static double RecallFarBelow(double level) => 1 - Math.Min(1, 0.05 * Math.Pow(2, 3 - level));
    }

    [Fact]
    public void It_never_leaves_the_scale()
    {
        var up = new EffortController(0.99);
        var down = new EffortController(0.5);
        for (var i = 0; i < 3_000; i++)
        {
            up.Add(0);
            up.Decide();
            down.Add(1);
            down.Decide();
        }

        Assert.Equal(EffortScale.Max, up.Level);
        Assert.Equal(EffortScale.Min, down.Level);
    }

    [Fact]
    public void A_promise_of_everything_is_served_from_the_top()
    {
        var controller = new EffortController(1);
        for (var i = 0; i < 2_000; i++)
        {
            controller.Add(1);
            controller.Decide();
        }

        Assert.Equal(EffortScale.Max, controller.Level);
    }

    [Fact]
    public void Where_effort_has_risen_until_all_is_exact_it_comes_back()
    {
        var controller = new EffortController(0.95);
        var start = controller.Step;
        for (var i = 0; i < 50; i++)
        {
            controller.Add(0.5);
            controller.Decide();
        }

        Assert.True(controller.Step > start);
        for (var i = 0; i < 20_000; i++)
        {
            controller.AddExact();
            controller.Decide();
        }

        Assert.Equal(start, controller.Step);
    }

    [Fact]
    public void A_single_bad_query_changes_nothing()
    {
        var controller = new EffortController(0.95);
        var before = controller.Step;
        for (var i = 0; i < 40; i++)
            controller.Add(1);
        controller.Add(0);
        Assert.False(controller.Decide());
        Assert.Equal(before, controller.Step);
    }

    [Fact]
    public void When_searches_get_worse_effort_follows()
    {
        var controller = new EffortController(0.95);
        var simulated = new SimulatedQueries(1);
        for (var query = 0; query < 20_000; query++)
            Step(0);
        var settled = controller.Level;
        for (var query = 0; query < 2_000; query++)
            Step(2);
        Assert.InRange(controller.Level, settled + 1.5, settled + 3);

        void Step(double levelsWorse)
        {
            controller.Add(simulated.Next(1 - Math.Min(1, 0.05 * Math.Pow(2, levelsWorse - controller.Level))));
            controller.Decide();
        }
    }

    [Theory]
    [InlineData(0.95, 0.99)]
    [InlineData(0.99, 0.9)]
    public void Another_target_moves_the_level_by_what_the_targets_differ(double before, double after)
    {
        var controller = new EffortController(before);
        controller.ChangeTarget(after);
        Assert.Equal(new EffortController(after).Step, controller.Step);
    }

    private static (EffortController Controller, double Recall, int Changes) Run(double target, double[] curve, int batch, int seed)
    {
        var controller = new EffortController(target);
        var simulated = new SimulatedQueries(seed);
        var (sum, looks, changes) = (0.0, 0, 0);
        for (var query = 0; query < Queries; query += batch)
        {
            for (var i = 0; i < batch; i++)
                controller.Add(simulated.Next(curve[controller.Step]));
            var changed = controller.Decide();
            if (query < Settled)
                continue;
            sum += curve[controller.Step];
            looks++;
            changes += changed ? 1 : 0;
        }

        return (controller, sum / looks, changes);
    }

    /// <summary>True recall of each level: misses shrink by 0 to 30 % a step, so there are plateaus and cliffs.</summary>
    private static double[] Curve(Random random)
    {
        var misses = 0.05 + (0.55 * random.NextDouble());
        var curve = new double[EffortScale.Levels];
        for (var i = 0; i < curve.Length; i++)
        {
            misses *= Math.Pow(2, -0.5 * random.NextDouble());
            curve[i] = 1 - misses;
        }

        return curve;
    }
}
