namespace Drover.Workers;

/// <summary>
/// The restarts of one instance: applies a <see cref="RestartPolicy"/> to one end after another. Not thread-safe. An instance that
/// was given up and is started again by hand gets a new history.
/// </summary>
internal sealed class RestartHistory(RestartPolicy policy)
{
    // From the shortest delay there is to the longest.
    private const int MostDoublings = 63;

    private readonly RestartPolicy _policy = policy.CheckedCopy();
    private readonly Queue<TimeSpan> _restarts = new();
    private int _inARow;

    /// <summary>Decides what follows the end of a worker.</summary>
    /// <param name="end">How it ended.</param>
    /// <param name="exitedAfterDisconnect">It was asked to leave, or announced that it would.</param>
    /// <param name="listened">How long it had been listening; zero when it never was.</param>
    /// <param name="now">Monotonic time since any moment that is the same for all calls.</param>
    /// <param name="chance">A random number from 0 to 1, drawn for this call.</param>
    internal RestartDecision Decide(WorkerEnd end, bool exitedAfterDisconnect, TimeSpan listened, TimeSpan now, double chance)
    {
        if (exitedAfterDisconnect)
            return RestartDecision.StayDown($"it was to disconnect; exit: {end}");
        if (end.ExitCode is { } code && _policy.StopOnExitCodes.Contains(code))
            return RestartDecision.StayDown($"exit: {end}, after which it is not to be restarted");
        if (end.ExitCode == 0 && !_policy.RestartOnExitCodeZero)
            return RestartDecision.StayDown($"exit: {end}, which means success");

        while (_restarts.TryPeek(out var oldest) && now - oldest >= _policy.Window)
            _restarts.Dequeue();
        if (_restarts.Count >= _policy.MaxRestarts)
            return RestartDecision.GiveUp($"{_restarts.Count} restarts within {_policy.Window.TotalSeconds:0.###} s; last exit: {end}");

        if (listened >= _policy.ResetAfter)
            _inARow = 0;
        var delay = Delay(chance);
        _inARow++;
        _restarts.Enqueue(now);
        return RestartDecision.Restart(delay);
    }

    private TimeSpan Delay(double chance)
    {
        if (_inARow == 0)
            return TimeSpan.Zero;

        // In floating point, where the product of two large numbers is larger still and not a negative delay.
        var doubled = _policy.InitialDelay.Ticks * Math.Pow(2, Math.Min(_inARow - 1, MostDoublings));
        var backOff = Math.Min(doubled, _policy.MaxDelay.Ticks);
        return TimeSpan.FromTicks((long)(backOff * (1 - _policy.Jitter * chance)));
    }
}
