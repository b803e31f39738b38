using EsRefine.TestSupport.Engines;
using Xunit;

// One instance for all tests of this assembly. An engine is located when the first test uses it.
[assembly: AssemblyFixture(typeof(ElasticsearchEngine))]
[assembly: AssemblyFixture(typeof(SecureElasticsearchEngine))]
[assembly: AssemblyFixture(typeof(OpenSearchEngine))]
[assembly: AssemblyFixture(typeof(LlmServer))]
[assembly: AssemblyFixture(typeof(RedisServer))]
[assembly: AssemblyFixture(typeof(EsRefine.IntegrationTests.FanIndices))]
[assembly: AssemblyFixture(typeof(EsRefine.IntegrationTests.FanModels))]
[assembly: AssemblyFixture(typeof(EsRefine.IntegrationTests.Clients.JavaScriptClients))]
[assembly: AssemblyFixture(typeof(EsRefine.IntegrationTests.Clients.PythonClients))]
[assembly: AssemblyFixture(typeof(EsRefine.IntegrationTests.Applications.OrdinaryApplications))]
