using Drover.TestWorker;

// The program that the functional tests fork: the first argument names what it does.
return await Behaviours.RunAsync(args);
