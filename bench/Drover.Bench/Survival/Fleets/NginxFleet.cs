using System.Diagnostics;
using Drover.Bench.Processes;
using Drover.Bench.Survival.Clients;

namespace Drover.Bench.Survival.Fleets;

/// <summary>nginx in front of plain Kestrel processes. Nobody watches over these; what a service manager would do is done here.</summary>
sealed class NginxFleet : Fleet
{
    const int Backends = 2;

    static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(30);

    readonly Dictionary<int, ServerProcess> _backends = [];
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("drover-bench-nginx-");
    ChildProcess? _nginx;

    NginxFleet()
        : base(FreePort.Pick(), Backends)
    {
    }

    public static async Task<Fleet> StartAsync(CancellationToken ct)
    {
        var fleet = new NginxFleet();
        try
        {
            for (var i = 0; i < Backends; i++)
                await fleet.StartBackendAsync(FreePort.Pick(), ct);
            await fleet.StartProxyAsync(ct);
            return fleet;
        }
        catch
        {
            await fleet.DisposeAsync();
            throw;
        }
    }

    public override async Task KillAsync(int worker, CancellationToken ct)
    {
        var (port, backend) = _backends.First(entry => entry.Value.Id == worker);
        await EndBackendAsync(port, backend);
        await StartBackendAsync(port, ct);
    }

    /// <summary>One after the other; the second when nginx has found that the first is back, as it would not find at once.</summary>
    public override async Task ReloadAsync(CancellationToken ct)
    {
        foreach (var (port, backend) in _backends.ToArray())
        {
            var old = backend.Id;
            Libc.Terminate(old);
            await backend.WaitForExitAsync(LongestEnd, ct);
            await EndBackendAsync(port, backend);
            await StartBackendAsync(port, ct);
            await Capacity.WaitAsync(Port, Backends, old, Stopwatch.GetTimestamp(), ct);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        if (_nginx is not null)
            await _nginx.DisposeAsync();
        foreach (var backend in _backends.Values)
            await backend.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    async Task EndBackendAsync(int port, ServerProcess backend)
    {
        _backends.Remove(port);
        await backend.DisposeAsync();
    }

    async Task StartBackendAsync(int port, CancellationToken ct) =>
        _backends[port] = await ServerProcess.StartAsync(Repository.Server("survive-alone", "--port", $"{port}"), 1, onListening: null, ct);

    async Task StartProxyAsync(CancellationToken ct)
    {
        var file = Path.Combine(_folder.FullName, "nginx.conf");
        await File.WriteAllTextAsync(file, Configuration(), ct);
        _nginx = ChildProcess.Start(new Command("nginx", "-p", _folder.FullName, "-e", "stderr", "-c", file), _ => { });
        try
        {
            await Capacity.WaitAsync(Port, Backends, gone: 0, Stopwatch.GetTimestamp(), ct);
        }
        catch (MeasurementException e)
        {
            throw new MeasurementException($"{e.Message}. nginx: {_nginx.Errors}", e);
        }
    }

    // All workers of nginx share what they know of the backends (zone); a backend that failed is tried again after 1 s, not after 10.
    string Configuration() => $$"""
        daemon off;
        worker_processes 2;
        pid {{_folder.FullName}}/nginx.pid;
        error_log stderr error;
        events { worker_connections 1024; }
        http {
          access_log off;
          client_body_temp_path {{_folder.FullName}}/body;
          proxy_temp_path {{_folder.FullName}}/proxy;
          fastcgi_temp_path {{_folder.FullName}}/fastcgi;
          uwsgi_temp_path {{_folder.FullName}}/uwsgi;
          scgi_temp_path {{_folder.FullName}}/scgi;
          upstream backends {
            zone backends 64k;
            {{string.Concat(_backends.Keys.Select(port => $"server 127.0.0.1:{port} fail_timeout=1s; "))}}
            keepalive 64;
          }
          server {
            listen 127.0.0.1:{{Port}};
            keepalive_requests 1000000;
            location / {
              proxy_pass http://backends;
              proxy_http_version 1.1;
              proxy_set_header Connection "";
            }
          }
        }
        """;
}
