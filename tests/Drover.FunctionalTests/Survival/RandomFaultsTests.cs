using System.Globalization;

namespace Drover.FunctionalTests.Survival;

/// <summary>
/// Random faults under a load whose every request is counted on both sides. DROVER_CHAOS_SEED repeats a run, DROVER_CHAOS_SECONDS makes
/// it longer.
/// </summary>
public sealed class RandomFaultsTests
{
    private const int Workers = 3;
    private const int Clients = 24;

    private static readonly RequestKind[] AllKinds =
    [
        .. Enumerable.Repeat(RequestKind.Get, 30), .. Enumerable.Repeat(RequestKind.Post, 6), .. Enumerable.Repeat(RequestKind.ChunkedPost, 4),
        .. Enumerable.Repeat(RequestKind.PipelinedPair, 4), RequestKind.SentInPieces, RequestKind.SentInPieces, RequestKind.HalfClosed,
        RequestKind.NewConnection, RequestKind.NewConnection, RequestKind.LongGet,
    ];

    [Fact]
    public async Task Workers_that_are_killed_stopped_and_replaced_lose_only_what_they_were_executing()
    {
        var seed = Seed();
        await using var load = await CountedLoad.StartAsync(seed, Workers, Clients, AllKinds);
        var killed = await new RandomFaults(load.Cluster, seed, mayKill: true).RunAsync(Length());

        await load.CheckAsync(killed);
    }

    [Fact]
    public async Task Workers_that_are_stopped_and_replaced_lose_nothing()
    {
        var seed = Seed();
        await using var load = await CountedLoad.StartAsync(seed, Workers, Clients, AllKinds);
        await new RandomFaults(load.Cluster, seed, mayKill: false).RunAsync(Length());

        await load.CheckAsync(killed: []);
    }

    private static int Seed() => Number("DROVER_CHAOS_SEED") ?? Random.Shared.Next(1_000_000);

    private static TimeSpan Length() => TimeSpan.FromSeconds(Number("DROVER_CHAOS_SECONDS") ?? 12);

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
