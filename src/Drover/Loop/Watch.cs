using Drover.Interop;

namespace Drover.Loop;

/// <summary>
/// A descriptor being watched by a loop. Changing and ending it belong to the loop's thread; ending it comes before its
/// descriptor is closed or passed on. Whoever watches keeps owning the descriptor.
/// </summary>
internal sealed class Watch : IDisposable
{
    private readonly EventLoop _loop;
    private readonly int _descriptor;
    private Readiness _interest;

    internal Watch(EventLoop loop, int descriptor, Readiness interest, IReadinessHandler handler, long token)
    {
        _loop = loop;
        _descriptor = descriptor;
        _interest = interest;
        Handler = handler;
        Token = token;
    }

    internal IReadinessHandler Handler { get; }

    internal long Token { get; }

    internal bool IsEnded { get; private set; }

    internal Readiness Interest
    {
        get => _interest;
        set
        {
            if (_interest == value || IsEnded) return;
            _interest = value;
            _loop.ChangeInterest(_descriptor, value, Token);
        }
    }

    public void Dispose()
    {
        if (IsEnded) return;
        IsEnded = true;
        _loop.EndWatch(_descriptor, Token);
    }
}
