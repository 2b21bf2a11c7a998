namespace Drover.Connections;

/// <summary>Where a worker keeps the connections that it may have to give away. Any thread.</summary>
internal interface IConnectionHolder
{
    /// <summary>Gives this many idle connections back, if there are as many; they go to other workers.</summary>
    void GiveBack(int count);

    /// <summary>Lets go of connections that went to other workers while this one did not run.</summary>
    void LetGoOfMoved();

    /// <summary>
    /// The worker is to end: idle connections go back now, others as soon as they are idle; those that cannot move are asked to end.
    /// Completes when the idle ones are gone.
    /// </summary>
    Task BeginGivingBackAllAsync();

    /// <summary>Completes when no connection is left that can go back, or the time is over.</summary>
    Task UntilAllGivenBackAsync(TimeSpan limit);
}
