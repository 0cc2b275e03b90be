using System.CommandLine;
using ClipOrleans.Bench.Churn;
using ClipOrleans.Bench.Cluster;
using ClipOrleans.Bench.Commits;
using ClipOrleans.Bench.Density;
using ClipOrleans.Bench.Fairness;
using ClipOrleans.Bench.Filters;
using ClipOrleans.Bench.Http;
using ClipOrleans.Bench.Ingest;
using ClipOrleans.Bench.Opening;
using ClipOrleans.Bench.Quality;
using ClipOrleans.Bench.Scan;
using ClipOrleans.Bench.Vectors;

var root = new RootCommand("Measures ClipOrleans: each command prints a report and writes it to bench/results.")
{
    QualityBench.Command(),
    ImportBench.Command(),
    SearchBench.Command(),
    ScanBench.Command(),
    VectorsBench.Command(),
    FiltersBench.Command(),
    ChurnBench.Command(),
    ServeVectorsBench.Command(),
    ClusterBench.Command(),
    DensityBench.Command(),
    CommitBench.Command(),
    FairnessBench.Command(),
    Flood.Command(),
    OpenBench.Command(),
    OpenBench.Single(),
};
return await root.Parse(args).InvokeAsync();
