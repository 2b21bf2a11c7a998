namespace Drover.Bench.Survival.Clients;

/// <summary>What the clients of a load do.</summary>
/// <param name="KeepAlive">How many clients keep their connection.</param>
/// <param name="NewConnections">How many make a connection for each request.</param>
/// <param name="PerSecond">Requests of one client.</param>
/// <param name="SlowestHandler">Milliseconds; the handlers take from 0 to this.</param>
/// <param name="IsFixedRate">
/// A client that was held up catches up, and the time of a request counts from the moment at which it should have been sent:
/// a stall delays all the requests that it should have let through. Otherwise it goes on from where it is.
/// </param>
/// <param name="Posts">Whether every second request is a POST.</param>
sealed record Schedule(int KeepAlive, int NewConnections, double PerSecond, int SlowestHandler, bool IsFixedRate, bool Posts, TimeSpan Patience)
{
    /// <summary>For counting what fails: many requests are under way at any moment.</summary>
    public static readonly Schedule Counting = new(
        KeepAlive: 32, NewConnections: 16, PerSecond: 16, SlowestHandler: 20, IsFixedRate: false, Posts: true, TimeSpan.FromSeconds(5));

    /// <summary>For times: requests at a fixed rate that cost next to nothing.</summary>
    public static Schedule Timing(int connections, int perSecond) => new(
        connections, NewConnections: 0, (double)perSecond / connections, SlowestHandler: 0, IsFixedRate: true, Posts: false, TimeSpan.FromSeconds(20));
}
