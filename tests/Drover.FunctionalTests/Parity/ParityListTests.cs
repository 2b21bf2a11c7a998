using System.Reflection;

namespace Drover.FunctionalTests.Parity;

/// <summary>Keeps docs/parity.md true: every test of Node's has a row, and every row a test that exists or a reason.</summary>
public sealed class ParityListTests
{
    private const string NoTest = "-";

    [Fact]
    public void Every_test_of_Nodes_has_one_row()
    {
        var names = File.ReadAllLines(Path.Combine(TestPrograms.Root, "tests", "Drover.FunctionalTests", "Parity", "upstream.txt"));

        Assert.Equal(names.Order(StringComparer.Ordinal), Rows().Select(row => row.Upstream).Order(StringComparer.Ordinal));
        Assert.Equal(names.Length, names.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void Every_row_has_a_test_or_a_reason()
    {
        Assert.All(Rows(), row => Assert.True(row.Tests is not [NoTest] || row.Note.Length > 0, $"{row.Upstream} has neither a test nor a reason."));
        Assert.All(Rows(), row => Assert.DoesNotContain("", row.Tests));
    }

    [Fact]
    public void Every_test_that_is_named_exists()
    {
        var tests = TestNames();
        var missing = Rows().SelectMany(row => row.Tests).Where(name => name != NoTest && !tests.Contains(name));

        Assert.Empty(missing);
    }

    [Fact]
    public void Every_test_that_bears_the_name_of_one_of_Nodes_is_named()
    {
        var named = Rows().SelectMany(row => row.Tests).ToHashSet(StringComparer.Ordinal);
        var channel = File.ReadAllText(Page);

        Assert.All(TestNames(), name => Assert.True(named.Contains(name) || channel.Contains($"`{name}`", StringComparison.Ordinal), $"{name} is missing in docs/parity.md."));
    }

    private static string Page => Path.Combine(TestPrograms.Root, "docs", "parity.md");

    private static IReadOnlyList<(string Upstream, string[] Tests, string Note)> Rows() =>
        [.. File.ReadLines(Page)
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| upstream", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Select(cells => (cells[1], cells[2].Split(',', StringSplitOptions.TrimEntries), cells[3]))];

    /// <summary>What stands before the colon of display names that begin with the names of Node's tests, which may be several.</summary>
    private static HashSet<string> TestNames() =>
        [.. typeof(ParityListTests).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods())
            .Select(method => method.GetCustomAttribute<FactAttribute>()?.DisplayName ?? "")
            .Where(name => name.Contains(':', StringComparison.Ordinal))
            .SelectMany(name => name[..name.IndexOf(':', StringComparison.Ordinal)].Split(',', StringSplitOptions.TrimEntries))];
}
