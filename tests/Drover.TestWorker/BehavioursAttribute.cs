namespace Drover.TestWorker;

/// <summary>Marks a static class whose public methods <c>Task&lt;int&gt; Name(string[] args)</c> are behaviours that tests fork.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class BehavioursAttribute : Attribute;
