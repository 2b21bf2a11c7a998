// Descriptors are counted for the whole process, and the machine that runs the tests may be small.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
