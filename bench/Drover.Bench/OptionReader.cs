using System.Globalization;

namespace Drover.Bench;

/// <summary>Takes <c>--name value</c> pairs and <c>--flags</c> off a command line until nothing is left.</summary>
sealed class OptionReader(IEnumerable<string> args)
{
    readonly List<string> _rest = [.. args];

    public bool Flag(string name) => _rest.Remove(name);

    public string? Text(string name)
    {
        var at = _rest.IndexOf(name);
        if (at < 0)
            return null;
        if (at + 1 == _rest.Count)
            throw new UsageException($"{name} needs a value.");
        var value = _rest[at + 1];
        _rest.RemoveRange(at, 2);
        return value;
    }

    /// <summary>All values of an option that may be given more than once, or once with commas.</summary>
    public IReadOnlyList<string> Texts(string name)
    {
        var values = new List<string>();
        while (Text(name) is { } value)
            values.AddRange(value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        return values;
    }

    public int Positive(string name, int missing) => Text(name) is { } text ? ParsePositive(name, text) : missing;

    public static int ParsePositive(string name, string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new UsageException($"{name} needs a whole number above 0, not '{text}'.");

    /// <summary>Call it last: what has not been taken is a mistake.</summary>
    public void End()
    {
        if (_rest is [var unknown, ..])
            throw new UsageException($"'{unknown}' is not an option.");
    }
}
