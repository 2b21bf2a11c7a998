using Drover.Connections;

namespace Drover.Tests.Connections;

public sealed class ConnectionTableTests
{
    [Fact]
    public void Of_a_claim_and_a_revocation_exactly_one_succeeds()
    {
        using var table = ConnectionTable.Create();
        for (var round = 0; round < 2000; round++)
        {
            var word = table.Assign(5, worker: 1);
            bool taken = false, revoked = false;
            Parallel.Invoke(() => taken = table.TryChange(5, word, ConnectionState.Assigned, ConnectionState.Taken), () => revoked = table.TryRevoke(5, word));

            Assert.True(taken ^ revoked);
            table.Free(5, word);
        }
    }

    [Fact]
    public void A_claim_that_comes_after_the_place_was_used_again_fails()
    {
        using var table = ConnectionTable.Create();
        var first = table.Assign(0, worker: 1);
        table.Free(0, first);
        var second = table.Assign(0, worker: 1);

        Assert.False(table.TryChange(0, first, ConnectionState.Assigned, ConnectionState.Taken));
        Assert.True(table.TryChange(0, second, ConnectionState.Assigned, ConnectionState.Taken));
    }

    [Fact]
    public void Another_mapping_of_the_same_memory_sees_the_same_words()
    {
        using var ours = ConnectionTable.Create();
        using var theirs = ConnectionTable.Map(ours.Descriptor.Duplicate());
        var word = ours.Assign(ConnectionTable.MaxConnections - 1, worker: 3);
        theirs.WorkerAt(3).OpenConnections = 17;

        Assert.True(theirs.TryChange(ConnectionTable.MaxConnections - 1, word, ConnectionState.Assigned, ConnectionState.Taken));
        Assert.False(ours.TryRevoke(ConnectionTable.MaxConnections - 1, word));
        Assert.Equal(17, ours.WorkerAt(3).OpenConnections);
    }

    [Fact]
    public void A_place_outside_the_table_is_refused()
    {
        using var table = ConnectionTable.Create();

        Assert.Throws<ArgumentOutOfRangeException>(() => table.Assign(ConnectionTable.MaxConnections, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => table.TryChange(-1, 0, ConnectionState.Assigned, ConnectionState.Taken));
    }
}
