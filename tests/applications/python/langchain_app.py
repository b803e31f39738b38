"""A question asked with LangChain: langchain_app.py elasticsearch|opensearch SEARCH_URL EMBEDDINGS_URL INDEX"""

from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings

from texts import ENGINE, INDEX, QUESTION, SEARCH_URL, TEXTS, embed, finish


class Embedder(Embeddings):
    def embed_documents(self, texts):
        return embed(texts)

    def embed_query(self, text):
        return embed([text])[0]


documents = [Document(page_content=entry["text"], metadata={"id": entry["id"]}) for entry in TEXTS]
ids = [entry["id"] for entry in TEXTS]

if ENGINE == "elasticsearch":
    from langchain_elasticsearch import DenseVectorStrategy, ElasticsearchStore

    store = ElasticsearchStore(INDEX, embedding=Embedder(), es_url=SEARCH_URL, strategy=DenseVectorStrategy())
    store.add_documents(documents, ids=ids)
else:
    from langchain_community.vectorstores import OpenSearchVectorSearch

    store = OpenSearchVectorSearch(SEARCH_URL, INDEX, Embedder(), engine="lucene", space_type="cosinesimil")
    store.add_documents(documents, ids=ids, engine="lucene", space_type="cosinesimil")
    store.client.indices.refresh(index=INDEX)

found = store.as_retriever(search_kwargs={"k": 10}).invoke(QUESTION)
finish([document.metadata["id"] for document in found])
