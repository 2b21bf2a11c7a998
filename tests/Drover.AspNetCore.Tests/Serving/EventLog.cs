using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Drover.AspNetCore.Tests.Serving;

/// <summary>Turns log messages into something that a test can wait for, and keeps complaints.</summary>
internal sealed class EventLog : ILoggerProvider
{
    private readonly ConcurrentDictionary<int, TaskCompletionSource> _seen = new();

    internal ConcurrentQueue<string> Complaints { get; } = new();

    internal Task WaitFor(int eventId) => Source(eventId).Task;

    internal bool Saw(int eventId) => Source(eventId).Task.IsCompleted;

    public ILogger CreateLogger(string categoryName) => new Category(this, categoryName);

    public void Dispose()
    {
    }

    private TaskCompletionSource Source(int eventId) =>
        _seen.GetOrAdd(eventId, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    private sealed class Category(EventLog log, string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (name.StartsWith("Drover", StringComparison.Ordinal)) log.Source(eventId.Id).TrySetResult();
            if (logLevel >= LogLevel.Warning) log.Complaints.Enqueue($"{name}: {formatter(state, exception)} {exception}");
        }
    }
}
