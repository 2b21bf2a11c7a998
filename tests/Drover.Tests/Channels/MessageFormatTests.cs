using System.Text;
using System.Text.Json;
using Drover.Channels;
using FsCheck;
using FsCheck.Fluent;

namespace Drover.Tests.Channels;

public sealed class MessageFormatTests
{
    [Fact]
    public void Any_text_survives_as_a_typed_message_on_one_line() => Prop.ForAll(ArbMap.Default.ArbFor<string>(), text =>
    {
        if (text is null || !IsWellFormed(text)) return true;
        var line = MessageFormat.Message(new Note(text, [1]), MessageFormat.TypeInfo<Note>()).ToArray();
        var parts = MessageFormat.Parse(line);
        return !line.Contains((byte)'\n') && parts.Kind == MessageKind.Typed
            && parts.Type.Span.SequenceEqual(MessageFormat.NameOf(typeof(Note)))
            && JsonSerializer.Deserialize(parts.Value.Span, MessageFormat.TypeInfo<Note>())!.Text == text;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_plain_message_is_its_JSON_and_nothing_else()
    {
        var line = MessageFormat.Plain(new Note("hello", [1, 2]), MessageFormat.TypeInfo<Note>()).ToArray();

        Assert.Equal("""{"text":"hello","numbers":[1,2]}""", Encoding.UTF8.GetString(line));
        Assert.Equal(MessageKind.Plain, MessageFormat.Parse(line).Kind);
    }

    [Fact]
    public void Requests_answers_and_failures_are_told_apart()
    {
        var request = MessageFormat.Parse(MessageFormat.Request(7, 1, MessageFormat.TypeInfo<int>()).ToArray());
        var response = MessageFormat.Parse(MessageFormat.Response(7, "yes", MessageFormat.TypeInfo<string>()).ToArray());
        var failure = MessageFormat.Parse(MessageFormat.Failure(8, "no \"way\"").ToArray());

        Assert.Equal((MessageKind.Request, 7L, "System.Int32", "1"), (request.Kind, request.Id, Text(request.Type), Text(request.Value)));
        Assert.Equal((MessageKind.Response, 7L, "\"yes\""), (response.Kind, response.Id, Text(response.Value)));
        Assert.Equal((MessageKind.Failure, 8L, "no \"way\""), (failure.Kind, failure.Id, JsonSerializer.Deserialize<string>(failure.Value.Span)));
    }

    [Fact]
    public void An_answer_that_a_Node_program_has_written_in_its_own_order_is_read()
    {
        var parts = MessageFormat.Parse("""{"cmd":"DROVER_RESPONSE","value":{"a":1},"id":3}"""u8.ToArray());

        Assert.Equal((MessageKind.Response, 3L, """{"a":1}"""), (parts.Kind, parts.Id, Text(parts.Value)));
    }

    [Fact]
    public void Half_a_message_is_told_as_such() =>
        Assert.Throws<ChannelProtocolException>(() => MessageFormat.Parse("""{"cmd":"DROVER_REQUEST","id":"""u8.ToArray()));

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    // A lone surrogate has no UTF-8 form; JSON replaces it.
    private static bool IsWellFormed(string text) => !text.Any(char.IsSurrogate);

    private sealed record Note(string Text, int[] Numbers);
}
