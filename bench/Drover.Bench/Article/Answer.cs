using System.Globalization;
using System.Text;

namespace Drover.Bench.Article;

/// <summary>What a server sent so far.</summary>
static class Answer
{
    const string Version = "HTTP/1.1 ";
    const string Length = "Content-Length: ";

    /// <summary>Null when it is not complete; <paramref name="expected"/> is what the body must begin with.</summary>
    public static RequestOutcome? Judge(ReadOnlySpan<byte> bytes, string expected)
    {
        var text = Encoding.ASCII.GetString(bytes);
        var headEnd = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (headEnd < 0 || ContentLength(text[..headEnd]) is not { } length)
            return null;
        var body = text[(headEnd + 4)..];
        if (body.Length < length)
            return null;
        return body.Length != length || !text.StartsWith(Version, StringComparison.Ordinal) ? RequestOutcome.WrongAnswer
            : text.AsSpan(Version.Length, 3) switch
            {
                "200" when body.StartsWith(expected, StringComparison.Ordinal) => RequestOutcome.Answered,
                "503" => RequestOutcome.Unavailable,
                "502" or "504" => RequestOutcome.BadGateway,
                _ => RequestOutcome.WrongAnswer,
            };
    }

    /// <summary>Whether the answer says that its connection ends with it.</summary>
    public static bool EndsConnection(ReadOnlySpan<byte> bytes) =>
        Encoding.ASCII.GetString(bytes).Contains("\r\nConnection: close\r\n", StringComparison.OrdinalIgnoreCase);

    static int? ContentLength(string head)
    {
        foreach (var line in head.Split("\r\n"))
        {
            if (line.StartsWith(Length, StringComparison.OrdinalIgnoreCase)
                && int.TryParse(line[Length.Length..], CultureInfo.InvariantCulture, out var length))
                return length;
        }

        return null;
    }
}
