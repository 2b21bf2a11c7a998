using Drover.Samples.FromNode;

// Every snippet of docs/from-node.md as a program: dotnet run --project samples/FromNode -- NAME [ARGUMENT]
return args is [var name, .. var rest] && Snippets.All.TryGetValue(name, out var snippet)
    ? await snippet(rest)
    : Snippets.Usage();
