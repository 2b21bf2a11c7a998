namespace Drover.Workers;

/// <summary>Why a new worker does not take the place of an old one; the text goes on from "the worker ended" when it did.</summary>
internal sealed record Unfitness(ReloadFailureReason Reason, string Text);
