namespace Drover.Channels;

internal static class SerializationWarnings
{
    internal const string Trimming = "Reflects over the message's type. In a trimmed program use the overload that takes a JsonTypeInfo.";
    internal const string Aot = "May need code at run time. In an AOT program use the overload that takes a JsonTypeInfo.";
}
