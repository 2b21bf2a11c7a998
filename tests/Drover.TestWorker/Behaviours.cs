using System.Reflection;

namespace Drover.TestWorker;

/// <summary>Every public static method of the classes marked with <see cref="BehavioursAttribute"/>, by name.</summary>
internal static class Behaviours
{
    internal static async Task<int> RunAsync(string[] args)
    {
        var method = args.Length == 0 ? null : typeof(Behaviours).Assembly.GetTypes()
            .Where(t => t.GetCustomAttribute<BehavioursAttribute>() is not null)
            .Select(t => t.GetMethod(args[0], BindingFlags.Public | BindingFlags.Static))
            .FirstOrDefault(m => m is not null);
        if (method is null)
        {
            await Console.Error.WriteLineAsync($"There is no behaviour '{(args.Length == 0 ? "" : args[0])}'.");
            return 64;
        }

        return await (Task<int>)method.Invoke(null, [args[1..]])!;
    }
}
