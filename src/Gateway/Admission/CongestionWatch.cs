using System.Diagnostics;
using ClipOrleans.Gateway.Options;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace ClipOrleans.Gateway.Admission;

/// <summary>
/// While tenants compete, measures how long something waits for a processor here: from the moment that a sleeping thread is due until what
/// it queues to the pool has run, which is what every step of a request goes through. By that <see cref="ComputePlaces"/> are many or few.
/// Sleeps while nobody competes.
/// </summary>
internal sealed class CongestionWatch(ComputePlaces places, IOptions<LimitOptions> limits) : IHostedService, IDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(10);

    private readonly Congestion _congestion = new(
        Environment.ProcessorCount, Math.Max(Environment.ProcessorCount, limits.Value.MaxConcurrentRequests), TimeSpan.FromMilliseconds(limits.Value.MaxSharedWaitMilliseconds));

    private readonly CancellationTokenSource _stop = new();
    private Thread? _thread;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "congestion" };
        _thread.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        End();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        End();
        _stop.Dispose();
    }

    private void End()
    {
        _stop.Cancel();
        _thread?.Join();
        _thread = null;
    }

    private void Run()
    {
        try
        {
            while (true)
            {
                places.AwaitCompetition(_stop.Token);
                _congestion.Reset();
                places.Resize(_congestion.Places);
                while (!places.IsOver())
                {
                    if (LearnNext())
                        places.Resize(_congestion.Places);
                }

                places.Resize(ComputePlaces.Unbounded);
            }
        }
        catch (OperationCanceledException)
        {
            // The process ends; who still waits for a place shall not wait for a watch that is gone.
            places.Resize(ComputePlaces.Unbounded);
        }
    }

    /// <exception cref="OperationCanceledException"/>
    private bool LearnNext()
    {
        var (start, used) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        var wait = Measure();
        var busy = (Environment.CpuUsage.TotalTime - used) / (Stopwatch.GetElapsedTime(start) * Environment.ProcessorCount);
        return _congestion.Learn(wait, busy, places.Held);
    }

    /// <exception cref="OperationCanceledException"/>
    private TimeSpan Measure()
    {
        var start = Stopwatch.GetTimestamp();
        if (_stop.Token.WaitHandle.WaitOne(s_pause))
            throw new OperationCanceledException(_stop.Token);
        var ran = new TaskCompletionSource<long>();
        ThreadPool.UnsafeQueueUserWorkItem(static ran => ran.SetResult(Stopwatch.GetTimestamp()), ran, preferLocal: false);
        ran.Task.Wait(_stop.Token);
        return Stopwatch.GetElapsedTime(start, ran.Task.Result) - s_pause;
    }
}
