using System.Text.RegularExpressions;

namespace Drover.FunctionalTests.Samples;

public sealed partial class FromNodePageTests
{
    [Fact]
    public void Every_snippet_of_the_page_is_the_text_of_a_program_that_is_tested()
    {
        var page = File.ReadAllText(Path.Combine(TestPrograms.Root, "docs", "from-node.md"));
        var sources = Directory.GetFiles(Path.Combine(TestPrograms.Root, "samples", "FromNode"), "*.cs")
            .SelectMany(file => Marked().Matches(File.ReadAllText(file)).Select(m => Flatten(m.Groups["text"].Value)))
            .ToArray();
        var snippets = CSharp().Matches(page).Select(m => m.Groups["text"].Value).ToArray();

        Assert.Equal(8, snippets.Length);
        Assert.All(snippets, snippet =>
        {
            var rest = Flatten(snippet);
            foreach (var source in sources) rest = rest.Replace(source, "", StringComparison.Ordinal);
            Assert.Equal("", rest.Trim());
        });
    }

    // The page has the program's text without its indentation.
    private static string Flatten(string text) => string.Join('\n', text.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0));

    [GeneratedRegex("// <snippet>\n(?<text>.*?)// </snippet>", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Marked();

    [GeneratedRegex("```csharp\n(?<text>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CSharp();
}
