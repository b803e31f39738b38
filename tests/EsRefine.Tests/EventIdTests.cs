using System.Reflection;
using EsRefine.Hosting;
using Microsoft.Extensions.Logging;
using Xunit;

namespace EsRefine.Tests;

/// <summary>Operators filter logs by event id: each id has one meaning, and its hundred tells the folder.</summary>
public sealed class EventIdTests
{
    private static readonly (int Id, MethodInfo Method)[] Events =
    [
        .. typeof(Sidecar).Assembly.GetTypes()
            .SelectMany(static type => type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
            .Select(static method => (method.GetCustomAttribute<LoggerMessageAttribute>()?.EventId, Method: method))
            .Where(static found => found.EventId is not null)
            .Select(static found => (found.EventId!.Value, found.Method)),
    ];

    [Fact]
    public void No_two_events_have_one_id()
    {
        Assert.True(Events.Length > 10, $"{Events.Length} events");
        Assert.All(Events.GroupBy(static logged => logged.Id), static same => Assert.Single(same));
    }

    [Fact]
    public void Events_of_a_folder_are_in_its_Log_class_and_have_a_hundred_of_their_own()
    {
        (int Id, Type Type)[] events = [.. Events.Select(static logged => (logged.Id, Type: logged.Method.DeclaringType!))];

        Assert.All(events, static logged => Assert.True(logged.Type.Name == "Log", $"event {logged.Id} is in {logged.Type}, not in a class Log of its folder"));
        Assert.All(
            events.GroupBy(static logged => logged.Id / 100),
            static hundred => Assert.Single(hundred.Select(static logged => logged.Type.Namespace).Distinct()));
    }
}
