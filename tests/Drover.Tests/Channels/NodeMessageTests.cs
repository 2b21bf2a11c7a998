using System.Text;
using Drover.Channels;
using Drover.Listening;

namespace Drover.Tests.Channels;

public sealed class NodeMessageTests
{
    [Theory]
    [InlineData("""{"cmd":"NODE_CLUSTER","act":"online","seq":0}""", true)]
    [InlineData("""{"act":"online","cmd":"NODE_CLUSTER"}""", true)]
    [InlineData("""{"cmd":"NODE_X"}""", true)]
    [InlineData("""{"cmd":"mine","text":"NODE_CLUSTER"}""", false)]
    [InlineData("""{"inner":{"cmd":"NODE_CLUSTER"}}""", false)]
    [InlineData("""{"cmd":7,"text":"NODE_"}""", false)]
    [InlineData("\"NODE_CLUSTER\"", false)]
    [InlineData("17", false)]
    [InlineData("", false)]
    public void A_line_is_the_protocols_when_its_own_cmd_says_so(string line, bool expected) =>
        Assert.Equal(expected, NodeMessage.IsInternal(Encoding.UTF8.GetBytes(line)));

    [Fact]
    public void A_query_of_Node_20_is_read()
    {
        var message = NodeMessage.Parse("""{"cmd":"NODE_CLUSTER","act":"queryServer","index":0,"data":{"ticketKeys":"00ff"},"address":null,"port":8123,"addressType":4,"backlog":0,"seq":1}"""u8);
        var request = ListenRequest.From(message);

        Assert.Equal(NodeAct.QueryServer, message.Act);
        Assert.Equal(1, message.Sequence);
        Assert.Equal("""{"ticketKeys":"00ff"}""", Encoding.UTF8.GetString(message.Data));
        Assert.Equal((null, 8123, ListenKind.Tcp4), (request.Address, request.Port, request.Kind));
    }

    [Fact]
    public void A_descriptors_line_shows_its_inner_message()
    {
        var message = NodeMessage.Parse("""{"cmd":"NODE_HANDLE","type":"net.Native","msg":{"cmd":"NODE_CLUSTER","act":"newconn","key":"a:1:4:undefined:0","seq":1}}"""u8);
        var inner = NodeMessage.Parse(message.Inner);

        Assert.Equal(NodeCommand.Handle, message.Command);
        Assert.Equal((NodeAct.NewConnection, "a:1:4:undefined:0"), (inner.Act, inner.Key));
    }

    [Fact]
    public void An_accept_is_read_in_any_order_of_fields()
    {
        var message = NodeMessage.Parse("""{"accepted":true,"seq":3,"ack":1,"cmd":"NODE_CLUSTER"}"""u8);

        Assert.Equal((1, true), (message.Acknowledges, message.Accepted));
    }

    [Theory]
    [InlineData("""{"cmd":"NODE_CLUSTER","seq":"x"}""")]
    [InlineData("""{"cmd":"NODE_CLUSTER","act":""")]
    [InlineData("""{"cmd":"NODE_CLUSTER"}{}""")]
    [InlineData("""[1]""")]
    public void What_cannot_be_read_is_told_as_such(string line) =>
        Assert.Throws<ChannelProtocolException>(() => { NodeMessage.Parse(Encoding.UTF8.GetBytes(line)); });

    [Fact]
    public void What_is_written_is_read_again()
    {
        var request = new ListenRequest { Address = "::1", Port = 0, Kind = ListenKind.Tcp6, Index = 2, Flags = 1, Backlog = 7, ReadableByAll = true };
        var message = NodeMessage.Parse(NodeLines.QueryServer(request, 5));

        Assert.Equal(request, ListenRequest.From(message));
        Assert.Equal(5, message.Sequence);
    }

    [Fact]
    public void An_answer_echoes_the_workers_own_data()
    {
        var line = NodeLines.Reply(4, "key\"1", 0, "{\"ticketKeys\":\"ab\"}"u8.ToArray(), new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 80), server: 3, sequence: 9);
        var message = NodeMessage.Parse(line);

        Assert.Equal((4, "key\"1", 0, "127.0.0.1", 80, 3), (message.Acknowledges, message.Key, message.Error, message.BoundAddress, message.BoundPort, message.Drover));
        Assert.Equal("""{"ticketKeys":"ab"}""", Encoding.UTF8.GetString(message.Data));
    }

    [Fact]
    public void A_newconn_is_its_prefix_and_a_number()
    {
        Span<byte> line = stackalloc byte[200];
        var prefix = NodeLines.NewConnectionPrefix("a\"b");
        var length = NodeLines.NewConnection(prefix, 12345, line);
        var inner = NodeMessage.Parse(NodeMessage.Parse(line[..length]).Inner);

        Assert.Equal(("a\"b", 12345), (inner.Key, inner.Sequence));
    }
}
