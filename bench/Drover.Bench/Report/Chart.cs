using System.Globalization;
using System.Net;
using System.Text;

namespace Drover.Bench.Report;

/// <summary>Horizontal bars as SVG: one file, no font and no script from elsewhere, readable on a light and on a dark page.</summary>
sealed class Chart(string title, string subtitle, string legend, IReadOnlyList<Panel> panels)
{
    const int Width = 760;
    const int BarLeft = 190;
    const int BarWidth = 470;
    const int BarHeight = 16;
    const int Step = 26;

    const string Style = """
        <style>
          text { font: 13px system-ui, sans-serif; fill: #24292f }
          .title { font-size: 16px; font-weight: 600 }
          .panel { font-weight: 600 }
          .small { font-size: 11px; fill: #57606a }
          .right { text-anchor: end }
          .ours { fill: #1f6feb } .other { fill: #8c959f }
          .spread { stroke: #24292f; stroke-width: 1.5 } .goal { stroke: #cf222e; stroke-width: 2 }
          @media (prefers-color-scheme: dark) {
            text { fill: #e6edf3 } .small { fill: #9da7b3 }
            .ours { fill: #58a6ff } .other { fill: #6e7681 }
            .spread { stroke: #e6edf3 } .goal { stroke: #ff7b72 }
          }
        </style>
        """;

    readonly StringBuilder _svg = new();

    public string ToSvg()
    {
        var height = 70 + panels.Sum(panel => 36 + (panel.Bars.Count * Step)) + 16;
        Line($"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {height}" width="{Width}" height="{height}" role="img">""");
        Line($"<title>{Escape(title)}</title>");
        Line($"{Style}");
        Text(0, 20, "title", title);
        Text(0, 40, "small", subtitle);
        Text(0, 56, "small", legend);
        var y = 70;
        foreach (var panel in panels)
            y = Draw(panel, y);
        Line($"</svg>");
        return _svg.ToString();
    }

    int Draw(Panel panel, int y)
    {
        y += 24;
        Text(0, y, "panel", panel.Title);
        y += 12;
        foreach (var bar in panel.Bars)
        {
            Draw(bar, panel.Scale, y);
            y += Step;
        }

        return y;
    }

    void Draw(Bar bar, double scale, int y)
    {
        var middle = y + (BarHeight / 2);
        Text(BarLeft - 10, y + 13, "right", bar.Label);
        Line($"""<rect x="{BarLeft}" y="{y}" width="{Length(bar.Value)}" height="{BarHeight}" rx="2" class="{(bar.IsOurs ? "ours" : "other")}"/>""");
        Line($"""<line x1="{X(bar.Min)}" x2="{X(bar.Max)}" y1="{middle}" y2="{middle}" class="spread"/>""");
        if (bar.Goal is { } goal)
            Line($"""<line x1="{X(goal)}" x2="{X(goal)}" y1="{y - 3}" y2="{y + BarHeight + 3}" class="goal"/>""");
        Text(BarLeft + BarWidth + 12, y + 13, "", bar.Value.ToString("0.00", CultureInfo.InvariantCulture));

        string Length(double value) => Round(value / scale * BarWidth);
        string X(double value) => Round(BarLeft + (value / scale * BarWidth));
    }

    void Text(int x, int y, string kind, string text) => Line($"""<text x="{x}" y="{y}" class="{kind}">{Escape(text)}</text>""");

    void Line(FormattableString line) => _svg.AppendLine(line.ToString(CultureInfo.InvariantCulture));

    static string Round(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    static string Escape(string text) => WebUtility.HtmlEncode(text);
}
