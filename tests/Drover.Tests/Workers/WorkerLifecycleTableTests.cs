using Drover.Workers;

namespace Drover.Tests.Workers;

/// <summary>Every pair of a reachable life and an event, against a table written by hand.</summary>
public class WorkerLifecycleTableTests
{
    /// <summary>
    /// Life, event, next life, effects; <see cref="LifeText"/> explains the letters. A pair that is not here changes nothing.
    /// </summary>
    private const string Table = """
        Fc.? OnlineReceived      Oco? Online
        Fc.? ListeningReceived   Lco? Online+Listening
        Fc.? DisconnectRequested Dc.y LeaveListeners+SendDisconnect
        Fc.? DisconnectAnnounced Dc.y LeaveListeners
        Fc.? ChannelClosed       D..n LeaveListeners+RescueConnections+Disconnect
        Fc.? ProcessExited       Xc.n LeaveListeners+RescueConnections+Exit

        Oco? ListeningReceived   Lco? Listening
        Oco? DisconnectRequested Dcoy LeaveListeners+SendDisconnect
        Oco? DisconnectAnnounced Dcoy LeaveListeners
        Oco? ChannelClosed       D.on LeaveListeners+RescueConnections+Disconnect
        Oco? ProcessExited       Xcon LeaveListeners+RescueConnections+Exit

        Lco? ListeningReceived   Lco? Listening
        Lco? DisconnectRequested Dcoy LeaveListeners+SendDisconnect
        Lco? DisconnectAnnounced Dcoy LeaveListeners
        Lco? ChannelClosed       D.on LeaveListeners+RescueConnections+Disconnect
        Lco? ProcessExited       Xcon LeaveListeners+RescueConnections+Exit

        Dc.y OnlineReceived      Dcoy Online
        Dc.y ListeningReceived   Dcoy LeaveListeners+Online+Listening
        Dc.y DisconnectRequested Dc.y LeaveListeners
        Dc.y DisconnectAnnounced Dc.y LeaveListeners
        Dc.y ChannelClosed       D..y LeaveListeners+RescueConnections+Disconnect
        Dc.y ProcessExited       Xc.y LeaveListeners+RescueConnections+Exit

        Dcoy ListeningReceived   Dcoy LeaveListeners+Listening
        Dcoy DisconnectRequested Dcoy LeaveListeners
        Dcoy DisconnectAnnounced Dcoy LeaveListeners
        Dcoy ChannelClosed       D.oy LeaveListeners+RescueConnections+Disconnect
        Dcoy ProcessExited       Xcoy LeaveListeners+RescueConnections+Exit

        D..n DisconnectRequested D..y LeaveListeners
        D..n ProcessExited       X..n LeaveListeners+RescueConnections+RemoveFromWorkers+Exit
        D.on DisconnectRequested D.oy LeaveListeners
        D.on ProcessExited       X.on LeaveListeners+RescueConnections+RemoveFromWorkers+Exit
        D..y DisconnectRequested D..y LeaveListeners
        D..y ProcessExited       X..y LeaveListeners+RescueConnections+RemoveFromWorkers+Exit
        D.oy DisconnectRequested D.oy LeaveListeners
        D.oy ProcessExited       X.oy LeaveListeners+RescueConnections+RemoveFromWorkers+Exit

        Xc.n ChannelClosed       X..n LeaveListeners+RescueConnections+RemoveFromWorkers+Disconnect
        Xcon ChannelClosed       X.on LeaveListeners+RescueConnections+RemoveFromWorkers+Disconnect
        Xc.y ChannelClosed       X..y LeaveListeners+RescueConnections+RemoveFromWorkers+Disconnect
        Xcoy ChannelClosed       X.oy LeaveListeners+RescueConnections+RemoveFromWorkers+Disconnect
        """;

    private static readonly Dictionary<string, string> Expected = Table
        .Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .ToDictionary(words => $"{words[0]} {words[1]}", words => $"{words[2]} {words[3]}", StringComparer.Ordinal);

    [Fact]
    public void Every_event_in_every_life_does_what_the_table_says()
    {
        var differences = new List<string>();
        foreach (var life in Reachable())
        {
            foreach (var happened in Enum.GetValues<WorkerEvent>())
            {
                var pair = $"{LifeText.Write(life)} {happened}";
                var expected = Expected.GetValueOrDefault(pair, $"{LifeText.Write(life)} None");
                var (next, effects) = WorkerLifecycle.On(life, happened);
                var actual = $"{LifeText.Write(next)} {LifeText.Write(effects)}";
                if (actual != expected)
                    differences.Add($"{pair}: expected {expected}, was {actual}");
            }
        }

        Assert.Empty(differences);
    }

    [Fact]
    public void The_table_holds_every_life_that_can_be_reached_and_no_other()
    {
        var mentioned = Expected.SelectMany(line => new[] { line.Key[..4], line.Value[..4] });
        Assert.Equal(mentioned.Distinct().Order(StringComparer.Ordinal), Reachable().Select(LifeText.Write).Order(StringComparer.Ordinal));
    }

    private static HashSet<WorkerLife> Reachable()
    {
        HashSet<WorkerLife> seen = [WorkerLife.Forked];
        Queue<WorkerLife> open = new(seen);
        while (open.TryDequeue(out var life))
        {
            foreach (var happened in Enum.GetValues<WorkerEvent>())
            {
                var next = WorkerLifecycle.On(life, happened).Next;
                if (seen.Add(next))
                    open.Enqueue(next);
            }
        }

        return seen;
    }
}
