namespace PSBpf.Host.Tests.Cmdlets;

public sealed class EventCmdletTests : IDisposable
{
    private const string Make = "function make { [void]$ExecutionContext.Events.GenerateEvent($args[0], $null, @(), $args[1], $true, $false) }; ";

    private const string Subscribe = "function subscribe { [void]$ExecutionContext.Events.SubscribeEvent($null, $null, $args[0], $null, [scriptblock]$args[1], $false, $false) }; ";

    private readonly HostedRunspace _session = new();

    public void Dispose() => _session.Dispose();

    [Theory]
    [InlineData("make a 1; make b 2; make a 3; Get-Event | ForEach-Object MessageData", "1|2|3")]
    [InlineData("make a 1; make b 2; make a 3; Get-Event A | ForEach-Object MessageData", "1|3")]
    [InlineData("make abc 1; make b 2; (Get-Event ab*).MessageData; Get-Event x*", "1")]
    [InlineData("make a 1; make b 2; $id = (Get-Event b).EventIdentifier; (Get-Event -EventIdentifier $id).SourceIdentifier", "b")]
    [InlineData("make a 1; make b 2; Get-Event b | Remove-Event; (Get-Event).SourceIdentifier", "a")]
    [InlineData("make a 1; make a 2; make b 3; Remove-Event a; (Get-Event).MessageData", "3")]
    [InlineData("make a 1; Remove-Event a -WhatIf *> $null; (Get-Event).MessageData", "1")]
    [InlineData("make a 1; (Wait-Event a -Timeout 30).MessageData; (Get-Event).MessageData", "1|1")]
    [InlineData("make a 1; (Wait-Event -Timeout 30).SourceIdentifier; @(Wait-Event b -Timeout 0).Count", "a|0")]
    public void Events_wait_in_a_queue(string script, string expected) => Assert.Equal(expected, _session.TextWithoutErrors(Make + script));

    [Theory]
    [InlineData("subscribe a; subscribe b; (Get-EventSubscriber).SourceIdentifier", "a|b")]
    [InlineData("subscribe a; subscribe b; (Get-EventSubscriber B).SourceIdentifier", "b")]
    [InlineData("subscribe a; subscribe b; Get-EventSubscriber a | Unregister-Event; (Get-EventSubscriber).SourceIdentifier", "b")]
    [InlineData("subscribe a; subscribe b; Unregister-Event *; @(Get-EventSubscriber).Count", "0")]
    [InlineData("subscribe a; Unregister-Event -SubscriptionId (Get-EventSubscriber a).SubscriptionId; @(Get-EventSubscriber).Count", "0")]
    [InlineData("subscribe a; Unregister-Event a -WhatIf *> $null; (Get-EventSubscriber).SourceIdentifier", "a")]
    [InlineData("[void]$ExecutionContext.Events.SubscribeEvent($null, $null, 's', $null, $null, $true, $false); @(Get-EventSubscriber).Count; (Get-EventSubscriber -Force).SourceIdentifier; Unregister-Event s -Force; @(Get-EventSubscriber -Force).Count", "0|s|0")]
    public void Subscriptions_can_be_seen_and_ended(string script, string expected) => Assert.Equal(expected, _session.TextWithoutErrors(Subscribe + script));

    [Fact]
    public void While_one_waits_for_an_event_actions_of_others_run() => Assert.Equal("7", _session.TextWithoutErrors(
        Make + Subscribe + "subscribe work { [void]$ExecutionContext.Events.GenerateEvent('done', $null, @(), ($Event.MessageData + 1)) }; make work 6; (Wait-Event done -Timeout 60).MessageData; Unregister-Event work"));

    [Fact]
    public void A_wait_ends_with_an_event_that_comes_later() => Assert.Equal("tick", _session.TextWithoutErrors("""
        $timer = [Timers.Timer]::new(200)
        [void]$ExecutionContext.Events.SubscribeEvent($timer, 'Elapsed', 'tick', $null, $null, $false, $false)
        $timer.Start()
        (Wait-Event tick -Timeout 60).SourceIdentifier
        $timer.Dispose()
        Unregister-Event tick
        """));

    [Theory]
    [InlineData("Get-Event nothing", "INVALID_SOURCE_IDENTIFIER")]
    [InlineData("Get-Event -EventIdentifier 99", "INVALID_IDENTIFIER")]
    [InlineData("Remove-Event nothing", "INVALID_SOURCE_IDENTIFIER")]
    [InlineData("Get-EventSubscriber nothing", "INVALID_SOURCE_IDENTIFIER")]
    [InlineData("Unregister-Event nothing", "INVALID_SOURCE_IDENTIFIER")]
    [InlineData("Unregister-Event -SubscriptionId 99", "INVALID_IDENTIFIER")]
    public void What_is_not_there_is_an_error(string script, string id)
    {
        _session.Objects(script);
        Assert.StartsWith(id, Assert.Single(_session.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
    }
}
