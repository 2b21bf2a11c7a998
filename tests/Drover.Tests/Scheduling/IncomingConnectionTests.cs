using System.Net;

namespace Drover.Tests.Scheduling;

public class IncomingConnectionTests
{
    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7")]
    [InlineData("2001:db8::7", "2001:db8::7")]
    [InlineData("::ffff:192.0.2.7", "192.0.2.7")]
    [InlineData("::fffe:192.0.2.7", "::fffe:192.0.2.7")]
    [InlineData("::192.0.2.7", "::192.0.2.7")]
    public void An_address_reads_as_the_client_sees_it(string given, string expected)
    {
        var connection = new IncomingConnection(IPAddress.Parse(given).GetAddressBytes(), 40000);
        Assert.Equal(IPAddress.Parse(expected), connection.ToIPAddress());
        Assert.Equal(40000, connection.RemotePort);
    }

    [Fact]
    public void A_unix_socket_has_no_address()
    {
        Assert.Null(new IncomingConnection([], 0).ToIPAddress());
        Assert.True(default(IncomingConnection).RemoteAddress.IsEmpty);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(15)]
    [InlineData(17)]
    public void Other_lengths_are_refused(int length) =>
        Assert.Throws<ArgumentException>(() => new IncomingConnection(new byte[length], 0).RemotePort);
}
