using EsRefine.TestSupport.Engines;
using Xunit;

// Once for all tests of this assembly; an engine is looked for when the first test asks for it.
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
