using System.Globalization;

namespace Drover.Bench.Server;

/// <summary>The command line: a mode, then <c>--name value</c> pairs. A name that is missing is a mistake of the caller and throws.</summary>
sealed class Arguments(string[] args)
{
    public string Mode => args is [var mode, ..] ? mode : "";

    public int Port => Integer("--port");

    public int Workers => Integer("--workers");

    public int Integer(string name) => int.Parse(Text(name), CultureInfo.InvariantCulture);

    public double Number(string name) => double.Parse(Text(name), CultureInfo.InvariantCulture);

    public string Text(string name)
    {
        var at = Array.IndexOf(args, name);
        return at >= 0 && at + 1 < args.Length ? args[at + 1] : throw new InvalidOperationException($"{name} VALUE is missing.");
    }
}
