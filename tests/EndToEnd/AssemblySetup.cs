using ClipOrleans.EndToEnd.Processes;

// One silo serves the tests that don't harm it; the others start their own. One test at a time: they kill processes and measure memory.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
[assembly: AssemblyFixture(typeof(SharedSilo))]
