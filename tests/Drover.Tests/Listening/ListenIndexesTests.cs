using Drover.Listening;

namespace Drover.Tests.Listening;

public sealed class ListenIndexesTests
{
    private static readonly ListenRequest AnyPort = new() { Kind = ListenKind.Tcp4, Address = "127.0.0.1", Port = 0 };

    private readonly ListenIndexes _indexes = new();

    [Fact]
    public void Equal_requests_count_and_different_ones_do_not()
    {
        Assert.Equal([0, 1, 2], [_indexes.Take(AnyPort), _indexes.Take(AnyPort), _indexes.Take(AnyPort)]);
        Assert.Equal(0, _indexes.Take(AnyPort with { Port = 80 }));
        Assert.Equal(0, _indexes.Take(AnyPort with { Kind = ListenKind.Tcp6 }));
        Assert.Equal(0, _indexes.Take(AnyPort with { Address = null }));
    }

    [Fact]
    public void The_count_goes_on_while_one_of_them_is_open()
    {
        var first = AnyPort with { Index = _indexes.Take(AnyPort) };
        _indexes.Take(AnyPort);
        _indexes.Return(first);

        Assert.Equal(2, _indexes.Take(AnyPort));
    }

    [Fact]
    public void The_count_begins_again_when_none_is_open()
    {
        var first = AnyPort with { Index = _indexes.Take(AnyPort) };
        _indexes.Return(first);

        Assert.Equal(0, _indexes.Take(AnyPort));
    }

    [Fact]
    public void Returning_what_was_not_taken_changes_nothing()
    {
        _indexes.Return(AnyPort);
        _indexes.Take(AnyPort);
        _indexes.Return(AnyPort with { Index = 7 });

        Assert.Equal(1, _indexes.Take(AnyPort));
    }
}
