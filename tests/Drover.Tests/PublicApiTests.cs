using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Drover.Tests;

/// <summary>
/// The public API as text, so that a change of it is seen in review. UPDATE_APPROVED=1 writes the new text.
/// </summary>
public sealed class PublicApiTests
{
    [Theory]
    [InlineData("Drover")]
    [InlineData("Drover.AspNetCore")]
    public void The_public_API_is_the_approved_one(string assembly)
    {
        var actual = Describe(Assembly.Load(assembly));
        var file = Path.Combine(SourceFolder(), "PublicApi", assembly + ".approved.txt");
        if (Environment.GetEnvironmentVariable("UPDATE_APPROVED") == "1") File.WriteAllText(file, actual);

        Assert.True(File.Exists(file), $"{file} is missing; run the tests with UPDATE_APPROVED=1");
        Assert.Equal(File.ReadAllText(file), actual);
    }

    private static string Describe(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetExportedTypes().OrderBy(t => t.FullName, StringComparer.Ordinal))
        {
            text.Append(Kind(type)).Append(' ').Append(type.FullName);
            var bases = type.GetInterfaces().Select(Name).Order(StringComparer.Ordinal);
            if (type.BaseType is { } parent && parent != typeof(object) && !type.IsValueType) bases = bases.Prepend(Name(parent)).Order(StringComparer.Ordinal);
            var list = type.IsEnum ? "" : string.Join(", ", bases);
            text.Append(list.Length > 0 ? " : " + list : "").Append('\n');
            foreach (var member in Members(type).Order(StringComparer.Ordinal)) text.Append("    ").Append(member).Append('\n');
        }

        return text.ToString();
    }

    private static string Kind(Type type) => type switch
    {
        { IsEnum: true } => "enum",
        { IsInterface: true } => "interface",
        { IsValueType: true } => "struct",
        { IsAbstract: true, IsSealed: true } => "static class",
        { IsAbstract: true } => "abstract class",
        { IsSealed: true } => "sealed class",
        _ => "class",
    };

    private static IEnumerable<string> Members(Type type)
    {
        const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        if (type.IsEnum) return Enum.GetNames(type).Select(n => $"{n} = {Convert.ToInt64(Enum.Parse(type, n))}");
        return type.GetMembers(Declared).Where(m => !m.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false)).SelectMany(Describe);
    }

    private static IEnumerable<string> Describe(MemberInfo member)
    {
        switch (member)
        {
            case ConstructorInfo constructor when IsVisible(constructor):
                yield return $".ctor({Parameters(constructor)})";
                break;
            case MethodInfo method when IsVisible(method) && !method.IsSpecialName:
                var generic = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(a => a.Name))}>" : "";
                yield return $"{Static(method)}{Name(method.ReturnType)} {method.Name}{generic}({Parameters(method)})";
                break;
            case PropertyInfo property when property.GetAccessors(nonPublic: true).Any(IsVisible):
                var accessors = property.GetAccessors(nonPublic: true).Where(IsVisible).Select(a => a.Name.StartsWith("get_", StringComparison.Ordinal) ? "get;" : "set;");
                yield return $"{Static(property.GetAccessors(nonPublic: true)[0])}{Name(property.PropertyType)} {property.Name} {{ {string.Join(' ', accessors.Order(StringComparer.Ordinal))} }}";
                break;
            case EventInfo { AddMethod: { } add } occurrence when IsVisible(add):
                yield return $"{Static(add)}event {Name(occurrence.EventHandlerType!)} {occurrence.Name}";
                break;
            case FieldInfo { IsPublic: true } field:
                yield return $"{(field.IsLiteral ? "const " : field.IsStatic ? "static " : "")}{Name(field.FieldType)} {field.Name}{(field.IsLiteral ? $" = {field.GetRawConstantValue()}" : "")}";
                break;
        }
    }

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Static(MethodBase method) => method.IsStatic ? "static " : method.IsAbstract ? "abstract " : "";

    private static string Parameters(MethodBase method) =>
        string.Join(", ", method.GetParameters().Select(p => $"{Name(p.ParameterType)} {p.Name}{(p.HasDefaultValue ? " = " + (p.DefaultValue ?? "default") : "")}"));

    private static string Name(Type type)
    {
        if (type.IsByRef) return "ref " + Name(type.GetElementType()!);
        if (type.IsArray) return Name(type.GetElementType()!) + "[]";
        if (Nullable.GetUnderlyingType(type) is { } inner) return Name(inner) + "?";
        return type.IsGenericType
            ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
            : type.Name;
    }

    private static string SourceFolder([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
