using Drover.TestWorker.Commands;

namespace Drover.TestWorker;

/// <summary>Workers for the tests of messages that only C# programs can exchange.</summary>
[Behaviours]
internal static class ApiBehaviours
{
    private static Worker Self => Cluster.Worker!;

    /// <summary>Several types on one channel: what of each has come is told when asked.</summary>
    public static async Task<int> Tally(string[] args)
    {
        var (users, prices, texts) = (new List<string>(), new List<decimal>(), new List<string>());
        using var a = Self.OnMessage<UserCreated>(user => users.Add(user.Name));
        using var b = Self.OnMessage<PriceChanged>(price => prices.Add(price.Price));
        using var c = Self.OnMessage<string>(text => texts.Add(text));
        using var d = Self.OnMessage<TellTally>(_ => Self.SendAsync(new TallySoFar([.. users], [.. prices], [.. texts])));
        await Cluster.WaitForExitAsync();
        return 0;
    }

    /// <summary>Does not listen to numbers before it is told by a text; sends back how many came and whether in order.</summary>
    public static async Task<int> SubscribeLate(string[] args)
    {
        IDisposable? late = null;
        var numbers = new List<int>();
        using var _ = Self.OnMessage<string>(_ => late ??= Self.OnMessage<int>(number =>
        {
            numbers.Add(number);
            return numbers.Count == int.Parse(args[0]) ? Self.SendAsync(numbers.ToArray()) : ValueTask.CompletedTask;
        }));
        await Cluster.WaitForExitAsync();
        late?.Dispose();
        return 0;
    }

    /// <summary>Tells the length of each text.</summary>
    public static async Task<int> Measure(string[] args)
    {
        using var _ = Self.OnMessage<string>(text => Self.SendAsync(text.Length));
        await Cluster.WaitForExitAsync();
        return 0;
    }

    /// <summary>Counts texts until "end" comes, and tells the count.</summary>
    public static async Task<int> CountTexts(string[] args)
    {
        var count = 0;
        using var _ = Self.OnMessage<string>(text =>
        {
            if (text == "end") return Self.SendAsync(count);
            count++;
            return ValueTask.CompletedTask;
        });
        await Cluster.WaitForExitAsync();
        return 0;
    }

    /// <summary>Floods the primary with texts, and prints when a send had to wait and when all have gone.</summary>
    public static async Task<int> Flood(string[] args)
    {
        var text = new string('x', 64 * 1024);
        var hasWaited = false;
        for (var i = 0; i < int.Parse(args[0]); i++)
        {
            var sending = Self.SendAsync(text);
            if (!sending.IsCompleted && !hasWaited)
            {
                hasWaited = true;
                Console.WriteLine("waits");
            }

            await sending;
        }

        Console.WriteLine(hasWaited ? "went on" : "never waited");
        await Cluster.WaitForExitAsync();
        return 0;
    }

    /// <summary>Answers a division never, and a text at once.</summary>
    public static async Task<int> AnswerSomeNever(string[] args)
    {
        using var never = Self.OnRequest<Division, Quotient>(async (_, cancellationToken) =>
        {
            await Self.SendAsync("asked", cancellationToken);
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return new Quotient(0);
        });
        using var atOnce = Self.OnRequest<string, string>((text, _) => ValueTask.FromResult(text.ToUpperInvariant()));
        await Cluster.WaitForExitAsync();
        return 0;
    }

    /// <summary>Uses source-generated metadata only: every overload that takes it.</summary>
    public static async Task<int> SourceGenerated(string[] args)
    {
        using var users = Self.OnMessage(MessageJson.Default.UserCreated, user => Self.SendAsync(user with { Name = user.Name + "!" }, MessageJson.Default.UserCreated));
        using var divisions = Self.OnRequest(MessageJson.Default.Division, MessageJson.Default.Quotient, (division, _) => ValueTask.FromResult(division.Divide()));
        await Cluster.WaitForExitAsync();
        return 0;
    }

    /// <summary>Sends a ring of objects back.</summary>
    public static async Task<int> EchoRing(string[] args)
    {
        using var rings = Self.OnMessage(Ring.TypeInfo, ring => Self.SendAsync(ring, Ring.TypeInfo));
        await Cluster.WaitForExitAsync();
        return 0;
    }

    /// <summary>Asks the primary and tells how that ended: the name of the exception or the answer.</summary>
    public static async Task<int> AskPrimary(string[] args)
    {
        var timeout = args.Length > 0 ? TimeSpan.FromMilliseconds(int.Parse(args[0])) : (TimeSpan?)null;
        using var orders = Self.OnMessage<Division>(async division =>
        {
            string told;
            try
            {
                told = (await Self.InvokeAsync<Division, Quotient>(division, timeout)).Value.ToString();
            }
            catch (Exception exception) when (exception is RemoteInvocationException or TimeoutException)
            {
                told = $"{exception.GetType().Name}: {exception.Message}";
            }

            await Self.SendAsync(told);
        });
        await Cluster.WaitForExitAsync();
        return 0;
    }
}
