namespace Drover.Bench.Survival.Clients;

/// <summary>Clients at work, from the constructor to <see cref="EndAsync"/>.</summary>
sealed class Traffic : IDisposable
{
    readonly Closing _closing = new();
    readonly List<Client> _clients;

    public Traffic(Schedule schedule, int port) =>
        _clients = [.. Enumerable.Range(0, schedule.KeepAlive + schedule.NewConnections).Select(number => new Client(schedule, number, port, _closing))];

    /// <summary>Every client finishes what was due; returns all requests, from the first on.</summary>
    public async Task<CallLog> EndAsync(CancellationToken ct)
    {
        _closing.Now();
        await Task.WhenAll(_clients.Select(client => client.Ended)).WaitAsync(ct);
        return new CallLog([.. _clients.SelectMany(client => client.Calls)], _clients.Sum(client => client.ClosedBetween));
    }

    /// <summary>Waits for nobody: a client whose server does not answer ends when its patience does, or with this process.</summary>
    public void Dispose() => _closing.AtOnce();
}
