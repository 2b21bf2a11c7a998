using System.Text;

namespace Drover.TestWorker;

/// <summary>A web application that keeps book of what it executes, in files that outlive it.</summary>
[Behaviours]
internal static class CountedBehaviours
{
    /// <summary>Counted URL FOLDER: /work?id=ID&amp;ms=DELAY notes the begin and the end of each request in a file of the process.</summary>
    public static async Task<int> Counted(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        builder.UseCluster();
        var app = builder.Build();
        var file = Path.Combine(args[1], $"{Environment.ProcessId}.log");
        using var book = new FileStream(file, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        app.Map("/work", async (HttpContext context, string id, int ms) =>
        {
            Note(book, "begin", id);
            var length = 0L;
            var buffer = new byte[16384];
            while (await context.Request.Body.ReadAsync(buffer) is var read and > 0) length += read;
            if (ms > 0) await Task.Delay(ms);
            Note(book, "end", id);
            return $"{id} {length}";
        });
        app.MapGet("/download", async (HttpContext context, string id, int megabytes) =>
        {
            Note(book, "begin", id);
            var block = new byte[1024 * 1024];
            context.Response.ContentLength = (long)megabytes * block.Length;
            for (var i = 0; i < megabytes; i++) await context.Response.Body.WriteAsync(block);
            Note(book, "end", id);
        });
        await app.RunAsync(args[0]);
        return 0;
    }

    // One write for each note: what the kernel has, a killed process has written.
    private static void Note(FileStream book, string what, string id)
    {
        lock (book) book.Write(Encoding.ASCII.GetBytes($"{what} {id}\n"));
    }
}
