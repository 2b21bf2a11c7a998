namespace Drover;

/// <summary>Why a <see cref="ClusterException"/> was thrown.</summary>
public enum ClusterError
{
    /// <summary>No more is known than the message says.</summary>
    Other,

    /// <summary>The program, its runtime or its working directory does not exist or cannot be run.</summary>
    ProgramNotFound,

    /// <summary>A setting or an environment variable has a value that it cannot have.</summary>
    InvalidSetting,

    /// <summary>The member belongs to the primary and was used in a worker, or the other way round.</summary>
    WrongProcess,

    /// <summary>The system is not Linux.</summary>
    UnsupportedPlatform,

    /// <summary>The worker process could not be started.</summary>
    ForkFailed,

    /// <summary>A reload was asked for while another one is running.</summary>
    ReloadRunning,
}
