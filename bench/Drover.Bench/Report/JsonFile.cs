using System.Text.Json;

namespace Drover.Bench.Report;

static class JsonFile
{
    static readonly JsonSerializerOptions Options = new(JsonSerializerOptions.Web) { WriteIndented = true };

    public static async Task WriteAsync(string path, object document, CancellationToken ct)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
            Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(path, JsonSerializer.Serialize(document, Options) + "\n", ct);
    }
}
