using Microsoft.Extensions.Logging;

namespace Drover.Diagnostics;

/// <summary>One plain line per event on standard error: the log of a program that has not set up any other.</summary>
internal sealed class LineLoggerFactory : ILoggerFactory, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel)) return;
        var severity = logLevel switch
        {
            LogLevel.Warning => "warning: ",
            LogLevel.Error or LogLevel.Critical => "error: ",
            _ => "",
        };
        Console.Error.WriteLine($"drover: {severity}{formatter(state, exception)}{(exception is null ? "" : Environment.NewLine + exception)}");
    }

    public void Dispose()
    {
    }
}
