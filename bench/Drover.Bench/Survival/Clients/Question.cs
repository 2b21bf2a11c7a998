using System.Globalization;
using System.Text;

namespace Drover.Bench.Survival.Clients;

/// <summary>A request with an id of its own, and what its answer must begin with: another's answer is a wrong one.</summary>
/// <param name="Milliseconds">How long the handler takes.</param>
readonly record struct Question(int Id, int Milliseconds, bool IsPost, bool IsLast)
{
    public string Expected => string.Create(CultureInfo.InvariantCulture, $"request {Id}/{Posted} worker ");

    string Posted => IsPost ? string.Create(CultureInfo.InvariantCulture, $"posted-{Id}") : "";

    public byte[] ToBytes()
    {
        var close = IsLast ? "Connection: close\r\n" : "";
        var head = string.Create(CultureInfo.InvariantCulture, $"/{Id}?{Milliseconds} HTTP/1.1\r\nHost: localhost\r\n{close}");
        return Encoding.ASCII.GetBytes(IsPost
            ? string.Create(CultureInfo.InvariantCulture, $"POST {head}Content-Length: {Posted.Length}\r\n\r\n{Posted}")
            : $"GET {head}\r\n");
    }
}
