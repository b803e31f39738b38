namespace EsRefine.Configuration;

/// <summary>Where a value was written, for messages: <c>esrefine.yaml:7:13</c>, <c>ESREFINE__JUDGE__URL</c>, <c>--judge-url</c>.</summary>
/// <param name="Source">The file as the operator named it, the variable or the flag.</param>
/// <param name="Line">The line, from 1; 0 for a variable or a flag.</param>
/// <param name="Column">The column, from 1; 0 for a variable or a flag.</param>
/// <param name="Folder">The folder that relative paths are resolved against; null = the working directory.</param>
internal sealed record SettingOrigin(string Source, int Line = 0, int Column = 0, string? Folder = null)
{
    public override string ToString() => Line == 0 ? Source : $"{Source}:{Line}:{Column}";
}
