namespace Drover.Connections;

/// <summary>
/// A connection that has reached this worker. The descriptor belongs to whoever holds this value. Slot and word are its place in the
/// connection table; a slot of -1 means that nobody else has a claim on it.
/// </summary>
internal readonly record struct AssignedConnection(int Descriptor, int Slot, long Word)
{
    internal static AssignedConnection Unshared(int descriptor) => new(descriptor, -1, 0);

    internal bool IsShared => Slot >= 0;
}
