namespace EsRefine;

/// <summary>Whose model embeds the text of a clause that holds no vector.</summary>
internal enum QueryModel
{
    /// <summary>The local one: <c>model.folder</c>, which must be the model that the field was embedded with.</summary>
    Local,

    /// <summary>The cluster's, which the clause names.</summary>
    Upstream,
}
