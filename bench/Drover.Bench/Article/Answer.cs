using System.Globalization;
using System.Text;

namespace Drover.Bench.Article;

/// <summary>What a server sent, up to the end of the connection.</summary>
static class Answer
{
    const string Length = "Content-Length: ";

    /// <summary>Null when it is not complete.</summary>
    public static RequestOutcome? Judge(ReadOnlySpan<byte> bytes)
    {
        var text = Encoding.ASCII.GetString(bytes);
        var headEnd = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (headEnd < 0 || ContentLength(text[..headEnd]) is not { } length)
            return null;
        var body = text[(headEnd + 4)..];
        if (body.Length < length)
            return null;
        return body.Length == length
            && text.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal)
            && body.StartsWith("Response from worker ", StringComparison.Ordinal)
                ? RequestOutcome.Answered
                : RequestOutcome.WrongAnswer;
    }

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
