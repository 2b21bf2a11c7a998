// Every test starts processes of its own; on a machine with two cores more at a time only makes each of them slow.
[assembly: CollectionBehavior(MaxParallelThreads = 2)]

// As Drover itself.
[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]
