using System.Text;
using Drover.Workers;

namespace Drover.Tests.Workers;

public class LastLinesTests
{
    [Fact]
    public void Of_many_lines_the_last_are_kept() => AssertLines(["c", "d", "e"], "a\nb\nc\nd\ne\n");

    [Fact]
    public void A_line_that_is_not_finished_counts() => AssertLines(["d", "e", "f"], "a\nb\nc\nd\ne\nf");

    [Fact]
    public void Pieces_are_put_together_wherever_they_are_cut()
    {
        const string Text = "one\r\n\nthr\u00e9e\nfour";
        var bytes = Encoding.UTF8.GetBytes(Text);
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            var lines = new LastLines(3);
            lines.Add(bytes.AsSpan(0, cut));
            lines.Add(bytes.AsSpan(cut));

            Assert.Equal(["", "thr\u00e9e", "four"], lines.ToList());
        }
    }

    [Fact]
    public void Who_never_ends_a_line_fills_no_memory()
    {
        var lines = new LastLines(3);
        for (var i = 0; i < 1000; i++) lines.Add("0123456789"u8);
        lines.Add("\nnext"u8);

        Assert.Equal([LastLines.MaxLineBytes, 4], lines.ToList().Select(l => l.Length));
    }

    [Fact]
    public void Nothing_is_no_line() => AssertLines([], "");

    private static void AssertLines(string[] expected, string text)
    {
        var lines = new LastLines(3);
        lines.Add(Encoding.UTF8.GetBytes(text));
        Assert.Equal(expected, lines.ToList());
    }
}
