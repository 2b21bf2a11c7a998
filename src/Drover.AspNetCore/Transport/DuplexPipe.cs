using System.IO.Pipelines;

namespace Drover.AspNetCore.Transport;

/// <summary>The two pipe ends that one side of a connection holds.</summary>
internal sealed class DuplexPipe(PipeReader input, PipeWriter output) : IDuplexPipe
{
    public PipeReader Input { get; } = input;

    public PipeWriter Output { get; } = output;
}
