using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace ClipOrleans.Gateway.Tests.Audit;

/// <summary>All that is logged, with its category, its text and its values.</summary>
internal sealed class LogCapture : ILoggerProvider
{
    public ConcurrentQueue<Line> Lines { get; } = [];

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    /// <summary>The lines of one category.</summary>
    public IReadOnlyList<Line> Of(string category) => [.. Lines.Where(line => line.Category == category)];

    public void Dispose() => Lines.Clear();

    internal sealed record Line(string Category, LogLevel Level, string? Event, string Text, IReadOnlyDictionary<string, string> Values);

    private sealed class Logger(LogCapture all, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var values = state as IEnumerable<KeyValuePair<string, object?>> ?? [];
            all.Lines.Enqueue(new Line(
                category, logLevel, eventId.Name, formatter(state, exception) + exception, values.DistinctBy(pair => pair.Key).ToDictionary(pair => pair.Key, pair => $"{pair.Value}")));
        }
    }
}
