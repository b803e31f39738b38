using System.Runtime.InteropServices;
using System.Text.Json;
using EsRefine.Vectors;

namespace EsRefine.Recognition;

/// <summary>A script parameter that may be a vector, or the name of a field.</summary>
/// <param name="Name">Its name, <c>a.b</c> for one in an object.</param>
/// <param name="Value">Where it stands.</param>
internal readonly record struct ScriptParameter(string Name, VectorLocation Value)
{
    /// <summary>Whether it is an array, the usual spelling of a vector. A string may be anything.</summary>
    public bool IsArray => Value.Spelling == VectorSpelling.Array;
}

/// <summary>The parameters of one script that may be vectors, or names of fields.</summary>
internal sealed class ScriptParameters
{
    /// <summary>Further texts among the parameters of one script are ignored: a script names few fields.</summary>
    private const int MaxTexts = 64;

    private readonly List<ScriptParameter> _parameters = [];
    private int _texts;

    private ScriptParameters()
    {
    }

    public ReadOnlySpan<ScriptParameter> All => CollectionsMarshal.AsSpan(_parameters);

    /// <summary>Whether any of them is an array.</summary>
    public bool HasArrays => _parameters.Exists(static parameter => parameter.IsArray);

    /// <summary>Reads a <c>params</c> object; of another value there are none.</summary>
    public static ScriptParameters Read(BodyNode parameters, Findings findings)
    {
        ScriptParameters read = new();
        read.Add(parameters, path: "", findings);
        return read;
    }

    public bool Contains(string? name) => _parameters.Exists(parameter => parameter.Name == name);

    /// <summary>Text of a parameter; null where there is none of that name, or it is not a string, or longer than any name.</summary>
    public string? TextOf(string name)
    {
        ScriptParameter parameter = _parameters.Find(parameter => parameter.Name == name && !parameter.IsArray);
        BodySlice json = parameter.Value.Json;
        return parameter.Name is not null && json.Length <= PainlessScript.MaxPathLength ? JsonText.Read(json.Span) : null;
    }

    private void Add(BodyNode parameters, string path, Findings findings)
    {
        foreach (BodyMember member in parameters.Members)
        {
            BodyNode value = member.Value;
            string? name = findings.IsRefused || member.Name is not { } own ? null : path + own;
            if (value.IsObject && name is { Length: <= PainlessScript.MaxPathLength })
            {
                Add(value, name + ".", findings);
                continue;
            }

            bool isVector = value.Kind == JsonTokenType.StartArray && BeginsWithNumber(value);
            bool isText = value.IsString && _texts++ < MaxTexts;
            if (name is not null && (isVector || isText))
            {
                Add(new ScriptParameter(name, VectorLocation.In(value).GetValueOrDefault()), findings);
            }
        }
    }

    private void Add(ScriptParameter parameter, Findings findings)
    {
        if (_parameters.Count == Findings.MaxOtherVectors || Contains(parameter.Name))
        {
            findings.Refuse();
            return;
        }

        _parameters.Add(parameter);
    }

    private static bool BeginsWithNumber(BodyNode array)
    {
        ReadOnlySpan<byte> elements = array.Json.Span[1..].TrimStart(" \t\r\n"u8);
        return elements[0] == '-' || char.IsAsciiDigit((char)elements[0]);
    }
}
