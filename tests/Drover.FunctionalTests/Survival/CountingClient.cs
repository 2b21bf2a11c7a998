using System.Collections.Concurrent;
using System.Text;

namespace Drover.FunctionalTests.Survival;

/// <summary>One client: sends requests of random kinds one after the other, and notes what became of each.</summary>
internal sealed class CountingClient(int number, int port, int seed, RequestKind[] kinds, ConcurrentDictionary<string, Outcome> outcomes, ConcurrentQueue<string> wrong)
{
    private readonly Random _random = new(seed);
    private CountingConnection? _connection;
    private int _sent;

    internal async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var connection = await ConnectAsync();
            await SendAsync(connection, kinds[_random.Next(kinds.Length)]);
            if (_random.Next(4) == 0) await Task.Delay(_random.Next(30), CancellationToken.None);
        }

        _connection?.Dispose();
    }

    private async Task<CountingConnection> ConnectAsync()
    {
        if (_connection is { IsUsable: true }) return _connection;
        _connection?.Dispose();
        return _connection = await CountingConnection.OpenAsync(port);
    }

    private async Task SendAsync(CountingConnection connection, RequestKind kind)
    {
        var id = $"{number}-{++_sent}";
        switch (kind)
        {
            case RequestKind.PipelinedPair:
                var second = $"{number}-{++_sent}";
                await connection.SendAsync(Get(id, _random.Next(10)) + Get(second, _random.Next(10)));
                await NoteAsync(connection, id, 0);
                if (connection.IsUsable) await NoteAsync(connection, second, 0);
                return;
            case RequestKind.Post or RequestKind.ChunkedPost:
                var length = _random.Next(1, 60_000);
                await connection.SendAsync(Post(id, length, kind == RequestKind.ChunkedPost));
                await NoteAsync(connection, id, length);
                return;
            case RequestKind.SentInPieces:
                foreach (var piece in Get(id, _random.Next(10)).Chunk(20))
                {
                    await connection.SendAsync(new string(piece));
                    await Task.Delay(_random.Next(5), CancellationToken.None);
                }

                break;
            case RequestKind.HalfClosed:
                await connection.SendAsync(Get(id, _random.Next(10)));
                connection.EndOutput();
                break;
            case RequestKind.NewConnection:
                _connection = await CountingConnection.OpenAsync(port);
                connection.Dispose();
                connection = _connection;
                await connection.SendAsync(Get(id, _random.Next(10)));
                break;
            default:
                await connection.SendAsync(Get(id, _random.Next(kind == RequestKind.LongGet ? 2000 : 20)));
                break;
        }

        await NoteAsync(connection, id, 0);
    }

    private async Task NoteAsync(CountingConnection connection, string id, int length)
    {
        var hasLeft = !connection.IsUsable;
        var outcome = await connection.AnswerAsync($"{id} {length}");
        if (hasLeft && outcome == Outcome.Closed) outcome = Outcome.NotWaitedFor;
        outcomes[id] = outcome;
        if (outcome == Outcome.Wrong) wrong.Enqueue(connection.WrongAnswer!);
    }

    private static string Get(string id, int ms) => $"GET /work?id={id}&ms={ms} HTTP/1.1\r\nHost: x\r\n\r\n";

    private string Post(string id, int length, bool chunked)
    {
        var text = new StringBuilder($"POST /work?id={id}&ms={_random.Next(10)} HTTP/1.1\r\nHost: x\r\n");
        if (!chunked) return text.Append($"Content-Length: {length}\r\n\r\n").Append('x', length).ToString();
        text.Append("Transfer-Encoding: chunked\r\n\r\n");
        for (var left = length; left > 0; left -= 5000)
        {
            var size = Math.Min(left, 5000);
            text.Append($"{size:x}\r\n").Append('x', size).Append("\r\n");
        }

        return text.Append("0\r\n\r\n").ToString();
    }
}
