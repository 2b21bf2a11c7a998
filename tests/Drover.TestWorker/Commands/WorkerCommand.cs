namespace Drover.TestWorker.Commands;

/// <summary>What a test asks a worker to do. The same fields mean the same to <c>commanded.js</c>, so that one test runs with C# and Node workers.</summary>
/// <param name="Do">
/// <c>listen</c> (TCP, or Unix with a path), <c>bind</c> (UDP), <c>close</c>, <c>received</c> (datagrams so far), <c>send</c> (a datagram),
/// <c>open</c> (connections now open), <c>sockets</c> (C# only: sockets of the whole process), <c>disconnect</c> (ends the worker from inside).
/// </param>
public sealed record WorkerCommand(string Do)
{
    /// <summary>What the server or socket is called in later commands.</summary>
    public string Name { get; init; } = "a";

    public string? Address { get; init; } = "127.0.0.1";

    public int Port { get; init; }

    public string? Path { get; init; }

    public int? Descriptor { get; init; }

    public int Backlog { get; init; }

    public bool Ipv6Only { get; init; }

    public bool AllUsers { get; init; }

    public bool ReuseAddress { get; init; }

    public bool ReusePort { get; init; }

    public int? MaxConnections { get; init; }

    public bool Drop { get; init; }

    /// <summary>Keep connections open until the client ends them; else each is closed after the answer.</summary>
    public bool Hold { get; init; }

    /// <summary>C# only: leave connections in the listener until the worker is asked to end.</summary>
    public bool Late { get; init; }

    /// <summary>Ask, and give it up before the answer can have come.</summary>
    public bool GiveUp { get; init; }

    public string? Text { get; init; }
}

/// <summary>What came of it: a port, an error as Node names it, a number.</summary>
public sealed record CommandResult
{
    public int Port { get; init; }

    public string? Error { get; init; }

    public int Count { get; init; }
}
