using System.Runtime.InteropServices;

namespace Drover.Tests;

public class SignalTests
{
    [Fact]
    public void Every_number_from_1_to_31_has_one_name() =>
        Assert.Equal(Enumerable.Range(1, 31), Enum.GetValues<Signal>().Select(signal => (int)signal));

    /// <summary>glibc knows the abbreviations itself; other C libraries do not.</summary>
    [Fact]
    public void Names_and_numbers_are_those_of_the_system() => Assert.All(Enum.GetValues<Signal>(), signal =>
    {
        var abbreviation = Abbreviation(signal);
        Assert.Equal(signal.ToString(), "SIG" + (abbreviation == "POLL" ? "IO" : abbreviation));
    });

    private static string? Abbreviation(Signal signal)
    {
        try
        {
            return Marshal.PtrToStringAnsi(sigabbrev_np((int)signal));
        }
        catch (EntryPointNotFoundException)
        {
            Assert.Skip("This C library has no sigabbrev_np.");
            throw;
        }
    }

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern nint sigabbrev_np(int signal);
}
