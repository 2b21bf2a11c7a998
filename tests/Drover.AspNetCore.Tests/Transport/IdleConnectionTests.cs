using System.Buffers;
using System.Net.Sockets;
using Drover.AspNetCore.Tests.Serving;
using Drover.AspNetCore.Transport;
using Drover.Interop;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;

namespace Drover.AspNetCore.Tests.Transport;

public class IdleConnectionTests
{
    [Fact(Timeout = 30_000)]
    public async Task A_connection_that_waits_for_its_client_holds_no_buffer()
    {
        using var memory = new CountingPool();
        await using var transport = new ConnectionTransport(new ConnectionTransportOptions(), NullLogger.Instance, memory);
        var (ours, theirs) = SocketPair.CreateStream();
        using var client = new Socket(new SafeSocketHandle(theirs.Release(), ownsHandle: true));
        await using var connection = transport.Accept(ours);
        for (var round = 0; round < 3; round++)
        {
            var reading = connection.Transport.Input.ReadAsync();
            Assert.Equal(0, memory.Rented);
            await client.SendAsync("a request");
            var request = await reading;
            Assert.Equal(9, request.Buffer.Length);
            connection.Transport.Input.AdvanceTo(request.Buffer.End);
            await connection.Transport.Output.WriteAsync("an answer"u8.ToArray());
            await client.ReceiveUntilAsync("an answer");
        }

        Assert.True(memory.EverRented > 0);
    }

    [Fact]
    public void Connection_ids_do_not_repeat()
    {
        var ids = Enumerable.Range(0, 10_000).Select(_ => ConnectionIds.Next()).ToHashSet(StringComparer.Ordinal);
        Assert.Equal(10_000, ids.Count);
        Assert.All(ids, id => Assert.Equal(13, id.Length));
    }

    private sealed class CountingPool : MemoryPool<byte>, IMemoryPoolFactory<byte>
    {
        private int _rented;
        private int _everRented;

        public override int MaxBufferSize => 4096;

        internal int Rented => Volatile.Read(ref _rented);

        internal int EverRented => Volatile.Read(ref _everRented);

        public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => this;

        public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
        {
            Interlocked.Increment(ref _rented);
            Interlocked.Increment(ref _everRented);
            return new Block(this);
        }

        protected override void Dispose(bool disposing)
        {
        }

        private sealed class Block(CountingPool pool) : IMemoryOwner<byte>
        {
            public Memory<byte> Memory { get; } = new byte[4096];

            public void Dispose() => Interlocked.Decrement(ref pool._rented);
        }
    }
}
