using BenchmarkDotNet.Running;
using EsRefine.Benchmarks;

// A quick comparison with peers in one run, for peers/compare; everything else goes to BenchmarkDotNet (`--list flat` names the benchmarks).
if (args is ["kernel", .. string[] options])
{
    return KernelComparison.Run(options);
}

// A peer for proxies/compare.
if (args is ["forward", string upstream, string listen])
{
    BareForwarder.Run(upstream, listen);
    return 0;
}

BenchmarkSwitcher.FromAssembly(typeof(KernelComparison).Assembly).Run(args);
return 0;
