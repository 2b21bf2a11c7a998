namespace Drover.Bench.Report;

/// <summary>A table for a terminal or for a page; the first column is text, the others are numbers.</summary>
/// <param name="Rows">At least one.</param>
sealed record TextTable(string Title, IReadOnlyList<string> Head, IReadOnlyList<IReadOnlyList<string>> Rows)
{
    /// <summary>Whether the last column is text too.</summary>
    public bool EndsWithText { get; init; }

    /// <summary>What a reader must know to read it.</summary>
    public string Note { get; init; } = "";

    public void Print(TextWriter output)
    {
        int[] widths = [.. Head.Select((head, column) => Math.Max(head.Length, Rows.Max(row => row[column].Length)))];
        output.WriteLine($"\n{Title}");
        foreach (var row in Rows.Prepend(Head))
            output.WriteLine($"  {string.Join("  ", row.Select(Pad)).TrimEnd()}");
        if (Note.Length > 0)
            output.WriteLine($"  ({Note})");

        string Pad(string cell, int column) => IsText(column) ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]);
    }

    public void PrintMarkdown(TextWriter output)
    {
        output.WriteLine($"\n**{Title}**{(Note.Length > 0 ? $" ({Note})" : "")}\n");
        output.WriteLine(Line(Head));
        output.WriteLine(Line(Head.Select((_, column) => IsText(column) ? "---" : "---:")));
        foreach (var row in Rows)
            output.WriteLine(Line(row));

        static string Line(IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |";
    }

    bool IsText(int column) => column == 0 || (EndsWithText && column == Head.Count - 1);
}
