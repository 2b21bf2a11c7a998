namespace Drover;

/// <summary>The handler of a request failed in the other process; the message is the one it gave.</summary>
public sealed class RemoteInvocationException : Exception
{
    /// <summary>With a message.</summary>
    public RemoteInvocationException(string message) : base(message)
    {
    }

    /// <summary>With a message and its cause.</summary>
    public RemoteInvocationException(string message, Exception? innerException) : base(message, innerException)
    {
    }

    /// <summary>Without words.</summary>
    public RemoteInvocationException()
    {
    }
}
