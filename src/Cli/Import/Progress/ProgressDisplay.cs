using System.Globalization;
using ClipOrleans.Cli.App;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ClipOrleans.Cli.Import.Progress;

/// <summary>Shows a meter while work runs: a bar on a terminal, a line now and then elsewhere.</summary>
internal sealed class ProgressDisplay(Terminal terminal)
{
    private static readonly TimeSpan RedrawEvery = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan PrintEvery = TimeSpan.FromSeconds(5);

    public Task RunAsync(string title, ProgressMeter meter, Func<Task> work) =>
        terminal.IsInteractive ? BarAsync(title, meter, work) : LinesAsync(title, meter, work);

    public static string Describe(ProgressReading reading)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"{reading.Handled:N0} of {reading.Total:N0}, {reading.PerSecond:N0}/s");
        if (reading.Failed > 0)
            line += string.Create(CultureInfo.InvariantCulture, $", {reading.Failed:N0} failed");
        return reading.TimeLeft is { } left && reading.Handled < reading.Total ? $"{line}, {Quantity.Time(left)} left" : line;
    }

    private async Task BarAsync(string title, ProgressMeter meter, Func<Task> work)
    {
        var bar = terminal.Out.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new MeterColumn(meter));
        await bar.StartAsync(async context =>
        {
            var task = context.AddTask(Markup.Escape(title), maxValue: Math.Max(1, meter.Read().Total));
            await WatchAsync(work, RedrawEvery, () => task.Value = meter.Read().Handled).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    private Task LinesAsync(string title, ProgressMeter meter, Func<Task> work) =>
        WatchAsync(work, PrintEvery, () => terminal.Out.WriteLine($"{title}: {Describe(meter.Read())}"));

    private async Task WatchAsync(Func<Task> work, TimeSpan every, Action show)
    {
        using var timer = new PeriodicTimer(every, terminal.Clock);
        var running = work();
        for (var tick = timer.WaitForNextTickAsync().AsTask(); await Task.WhenAny(running, tick).ConfigureAwait(false) == tick;)
        {
            show();
            tick = timer.WaitForNextTickAsync().AsTask();
        }
        show();
        await running.ConfigureAwait(false);
    }

    /// <summary>Count, rate and time left beside the bar.</summary>
    private sealed class MeterColumn(ProgressMeter meter) : ProgressColumn
    {
        protected override bool NoWrap => true;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) => new Text(Describe(meter.Read()));
    }
}
