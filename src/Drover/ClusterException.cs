namespace Drover;

/// <summary>A cluster cannot be run as it is asked to; the message is one line that says what to do.</summary>
public sealed class ClusterException : Exception
{
    /// <summary>With a reason and a message.</summary>
    public ClusterException(ClusterError error, string message, Exception? innerException = null) : base(message, innerException) => Error = error;

    /// <summary>With a message.</summary>
    public ClusterException(string message) : base(message)
    {
    }

    /// <summary>With a message and its cause.</summary>
    public ClusterException(string message, Exception? innerException) : base(message, innerException)
    {
    }

    /// <summary>Without words.</summary>
    public ClusterException()
    {
    }

    /// <summary>What kind of mistake it is.</summary>
    public ClusterError Error { get; }
}
