// The program that is measured. Its first argument says what it is; a worker gets the arguments of its primary.
using Drover.Bench.Server;

var arguments = new Arguments(args);
switch (arguments.Mode)
{
    case "single":
        await HelloServer.RunAsync(arguments);
        break;
    case "cluster":
        await HelloCluster.RunAsync(arguments);
        break;
    case "messages":
        return await Dialogue.RunAsync(arguments);
    case "spawn":
        await SpawnClock.RunAsync(arguments);
        break;
    case "spin":
        await SpinCluster.RunAsync(arguments);
        break;
    case "survive":
        return await SurvivalServer.RunClusterAsync(args, arguments);
    case "survive-alone":
        await SurvivalServer.RunAloneAsync(arguments);
        break;
    case "calibrate":
        Console.WriteLine($"result {Spin.Calibrate(arguments.Number("--milliseconds"))}");
        break;
    default:
        await Console.Error.WriteLineAsync($"Unknown mode '{arguments.Mode}'.");
        return 2;
}

return 0;
