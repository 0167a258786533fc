namespace PSBpf.Pester.Runner.Should;

/// <summary>One operator of Should.</summary>
/// <param name="Name">As it is written, without the dash.</param>
/// <param name="TakesCollection">Whether it judges all of the pipeline's objects together, as an array.</param>
/// <param name="Failure">Gives null where the assertion holds (with -Not: where it does not), else the message.</param>
internal sealed record ShouldOperator(string Name, bool TakesCollection, Func<ShouldCommand, object?, string?> Failure);
