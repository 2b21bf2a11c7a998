namespace Drover;

/// <summary>The channel to the other process has ended, so nothing can be sent, or no answer will come.</summary>
public sealed class WorkerDisconnectedException : IOException
{
    /// <summary>With a message.</summary>
    public WorkerDisconnectedException(string message) : base(message)
    {
    }

    /// <summary>With a message and its cause.</summary>
    public WorkerDisconnectedException(string message, Exception? innerException) : base(message, innerException)
    {
    }

    /// <summary>Without words.</summary>
    public WorkerDisconnectedException()
    {
    }
}
