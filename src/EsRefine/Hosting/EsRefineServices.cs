using EsRefine.Caching;
using EsRefine.Configuration;
using EsRefine.Embedding;
using EsRefine.Endpoints;
using EsRefine.Judging;
using EsRefine.Pipeline;
using EsRefine.Recognition;
using EsRefine.Remembering;
using EsRefine.Sampling;
using EsRefine.Settings;
using EsRefine.Stores;
using EsRefine.Targets;
using EsRefine.Telemetry;
using EsRefine.Upstream;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace EsRefine.Hosting;

/// <summary>
/// Registers the services of the process, one line per stage. All use <c>TryAdd</c>, so the demo, the evaluation and tests can register replacements first.
/// </summary>
internal static class EsRefineServices
{
    extension(IServiceCollection services)
    {
        /// <summary>Registers everything behind the listeners.</summary>
        /// <exception cref="ConfigurationException">The settings are invalid.</exception>
        public IServiceCollection AddEsRefine(EsRefineSettings settings)
        {
            services.TryAddSingleton(settings);
            services.TryAddSingleton(settings.Upstream);
            services.TryAddSingleton(TimeProvider.System);
            services.TryAddSingleton(static provider => MemoryBudget.Of(provider.GetRequiredService<EsRefineSettings>().MaxBufferedMebibytes));
            services.TryAddSingleton(new TargetTable(settings));
            services.AddMetrics();
            services.TryAddSingleton<EsRefineMeter>();
            services.TryAddSingleton<RefinedRequest>();
            return services
                .AddPipeline()
                .AddCaching(settings.Cache)
                .AddUpstream()
                .AddSampling()
                .AddJudging(settings)
                .AddEmbedding(settings)
                .AddRemembering(settings);
        }

        private IServiceCollection AddPipeline()
        {
            services.TryAddSingleton<SearchRecognition>(Recognizer.Recognize);
            services.TryAddSingleton<ClauseAssignment>();
            services.TryAddSingleton<QueryVectors>();
            services.TryAddSingleton<VectorLearner>();
            services.TryAddSingleton<IVectorSource>(static provider =>
                ActivatorUtilities.CreateInstance<RememberingSource>(provider, provider.GetRequiredService<VectorLearner>()));
            services.TryAddSingleton<BackgroundRefinement>();
            services.TryAddSingleton<SearchScopes>();
            services.TryAddSingleton<RefinedSearch>();
            return services;
        }

        private IServiceCollection AddCaching(CacheSettings settings)
        {
            services.TryAddSingleton(settings);
            services.AddHybridCache();
            services.AddOptions<MemoryCacheOptions>().Configure<TimeProvider>(static (options, timeProvider) =>
            {
                options.Clock = new CacheClock(timeProvider);
                options.SizeLimit = 64 * 1024 * 1024;   // total bytes: about 30,000 refined vectors of 384 dimensions
            });
            if (settings.Redis is not null)
            {
                services.TryAddSingleton(provider =>
                    RedisStore.Connect(settings, provider.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(RedisStore).FullName!)));
            }

            services.TryAddSingleton<RefinedVectorCache>();
            return services;
        }

        private IServiceCollection AddUpstream()
        {
            services.TryAddSingleton<UpstreamClient>();
            services.TryAddSingleton<MappingCache>();
            return services;
        }

        private IServiceCollection AddSampling()
        {
            services.TryAddSingleton<Sampler>();
            services.TryAddSingleton<VectorLookups>();
            services.TryAddSingleton<TextEmbeddings>();
            return services;
        }

        private IServiceCollection AddJudging(EsRefineSettings settings)
        {
            if (settings.Judge is { } judge)
            {
                services.TryAddSingleton(provider => RelevanceJudges.CreateGuarded(
                    judge, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILoggerFactory>()));
            }

            return services;
        }

        private IServiceCollection AddEmbedding(EsRefineSettings settings)
        {
            if (settings.Model is { } model)
            {
                services.TryAddSingleton<IEmbeddingGenerator<string, Embedding<float>>>(provider =>
                    OnnxEmbeddingGenerator.Load(model, provider.GetRequiredService<ILogger<OnnxEmbeddingGenerator>>()));
            }

            return services;
        }

        private IServiceCollection AddRemembering(EsRefineSettings settings)
        {
            if (settings.Listen.Models is null)
            {
                return services;
            }

            VectorMemorySettings memory = settings.Models.Memory;
            if (settings.Cache.Redis is not null && memory.Tenant is { } tenant)
            {
                services.TryAddSingleton(provider => new SharedVectorMemory(
                    provider.GetRequiredService<IDistributedCache>(), tenant, TimeSpan.FromMinutes(memory.Minutes), provider.GetRequiredService<TimeProvider>(),
                    provider.GetRequiredService<ILogger<SharedVectorMemory>>()));
            }

            services.TryAddSingleton(memory);
            services.TryAddSingleton<VectorMemory>();
            return services;
        }
    }
}
