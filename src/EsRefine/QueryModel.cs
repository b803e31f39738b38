namespace EsRefine;

/// <summary>Whose model embeds the text of a clause that holds no vector.</summary>
internal enum QueryModel
{
    /// <summary>Ours: <c>model.folder</c>, which the operator says is the one the field was made with.</summary>
    Local,

    /// <summary>The cluster's, which the clause names.</summary>
    Upstream,
}
