using System.Net;
using System.Net.Sockets;
using Drover.Bench.Article;

namespace Drover.Bench.Survival.Clients;

/// <summary>
/// A client's connection, made when it is needed. A bare socket that repeats nothing: each question that is asked has exactly one
/// outcome. Blocks its thread, so that no scheduler of ours is in the times.
/// </summary>
sealed class Connection(int port, TimeSpan patience) : IDisposable
{
    readonly IPEndPoint _endPoint = new(IPAddress.Loopback, port);
    readonly byte[] _buffer = new byte[4096];
    Socket? _socket;
    int _length;

    /// <summary>How often the server has closed the connection while no question was under way. That costs a connection, but no request.</summary>
    public int ClosedBetween { get; private set; }

    /// <summary>What came last.</summary>
    public ReadOnlySpan<byte> Answer => _buffer.AsSpan(0, _length);

    public RequestOutcome Ask(Question question)
    {
        var outcome = TryAsk(question);
        if (outcome != RequestOutcome.Answered || question.IsLast || Article.Answer.EndsConnection(Answer))
            Dispose();
        return outcome;
    }

    public void Dispose()
    {
        _socket?.Dispose();
        _socket = null;
    }

    RequestOutcome TryAsk(Question question)
    {
        _length = 0;
        if (_socket is { } kept && IsReadable(kept))
        {
            // Before the question: either the end, or an answer that nobody has asked for.
            var isUnasked = kept.Available > 0;
            Dispose();
            if (isUnasked)
                return RequestOutcome.WrongAnswer;
            ClosedBetween++;
        }

        try
        {
            _socket ??= Connect();
        }
        catch (SocketException e)
        {
            return IsTimeout(e) ? RequestOutcome.TimedOut : RequestOutcome.NotConnected;
        }

        try
        {
            return Exchange(_socket, question);
        }
        catch (SocketException e)
        {
            return IsTimeout(e) ? RequestOutcome.TimedOut : RequestOutcome.Reset;
        }
    }

    Socket Connect()
    {
        var milliseconds = (int)patience.TotalMilliseconds;
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            SendTimeout = milliseconds,
            ReceiveTimeout = milliseconds,
        };
        try
        {
            socket.Connect(_endPoint);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    RequestOutcome Exchange(Socket socket, Question question)
    {
        socket.Send(question.ToBytes());
        var expected = question.Expected;
        while (_length < _buffer.Length && socket.Receive(_buffer.AsSpan(_length)) is var received and > 0)
        {
            _length += received;
            if (Article.Answer.Judge(Answer, expected) is { } outcome)
                return outcome;
        }

        return _length == 0 ? RequestOutcome.ClosedWithoutAnswer : RequestOutcome.IncompleteAnswer;
    }

    /// <summary>An error, such as a reset, shows as readable too.</summary>
    static bool IsReadable(Socket socket) => socket.Poll(0, SelectMode.SelectRead);

    static bool IsTimeout(SocketException e) =>
        e.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock or SocketError.InProgress or SocketError.IOPending;
}
