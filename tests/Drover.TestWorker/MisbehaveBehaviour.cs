using System.Net.Sockets;

namespace Drover.TestWorker;

[Behaviours]
internal static class MisbehaveBehaviour
{
    /// <summary>
    /// As Converse, but the first worker then writes bytes (second argument, base64) to one of its descriptors (first argument), several
    /// times (third argument), as a program would that has gone mad.
    /// </summary>
    public static async Task<int> Misbehave(string[] args)
    {
        var serving = ConnectionBehaviours.Converse([]);
        if (Cluster.Worker!.Id == 1)
        {
            while (Cluster.Worker.State != WorkerState.Listening) await Task.Delay(1);
            using var socket = new Socket(new SafeSocketHandle(int.Parse(args[0]), ownsHandle: false));
            var bytes = Convert.FromBase64String(args[1]);
            try
            {
                for (var i = 0; i < int.Parse(args[2]); i++)
                {
                    for (var sent = 0; sent < Math.Max(1, bytes.Length);) sent += Math.Max(1, await socket.SendAsync(bytes.AsMemory(sent)));
                }
            }
            catch (SocketException)
            {
                // The primary has had enough.
            }
        }

        return await serving;
    }
}
