using BenchmarkDotNet.Running;
using EsRefine.Benchmarks;
using EsRefine.Benchmarks.BeforeAfter;

// A quick comparison with peers in one run, for peers/compare; everything else goes to BenchmarkDotNet (`--list flat` names the benchmarks).
if (args is ["kernel", .. string[] options])
{
    return KernelComparison.Run(options);
}

// A trial of the vector memory at its full size: the time of a look-up, and that none is mistaken.
if (args is ["memory", .. string[] trial])
{
    return await MemoryTrial.RunAsync(trial);
}

// Two builds of the sidecar side by side, for before-after.
if (args is ["before-after", .. string[] builds])
{
    return await BuildComparison.RunAsync(builds);
}

// A peer for proxies/compare.
if (args is ["forward", string upstream, string listen])
{
    BareForwarder.Run(upstream, listen);
    return 0;
}

BenchmarkSwitcher.FromAssembly(typeof(KernelComparison).Assembly).Run(args);
return 0;
