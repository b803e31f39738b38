"""A question asked with Haystack: haystack_app.py elasticsearch|opensearch SEARCH_URL EMBEDDINGS_URL INDEX"""

import os

os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "False"

from haystack import Document, Pipeline
from haystack.components.embedders import OpenAIDocumentEmbedder, OpenAITextEmbedder
from haystack.utils import Secret

from texts import DIMENSIONS, EMBEDDINGS_URL, ENGINE, INDEX, MODEL, QUESTION, SEARCH_URL, TEXTS, finish

embeddings = {"api_base_url": EMBEDDINGS_URL, "api_key": Secret.from_token("none"), "model": MODEL}

if ENGINE == "elasticsearch":
    from haystack_integrations.components.retrievers.elasticsearch import ElasticsearchEmbeddingRetriever as Retriever
    from haystack_integrations.document_stores.elasticsearch import ElasticsearchDocumentStore

    store = ElasticsearchDocumentStore(hosts=SEARCH_URL, index=INDEX, embedding_similarity_function="cosine")
else:
    from haystack_integrations.components.retrievers.opensearch import OpenSearchEmbeddingRetriever as Retriever
    from haystack_integrations.document_stores.opensearch import OpenSearchDocumentStore

    method = {"name": "hnsw", "engine": "lucene", "space_type": "cosinesimil"}
    store = OpenSearchDocumentStore(hosts=SEARCH_URL, index=INDEX, embedding_dim=DIMENSIONS, method=method)

documents = [Document(id=entry["id"], content=entry["text"]) for entry in TEXTS]
store.write_documents(OpenAIDocumentEmbedder(progress_bar=False, **embeddings).run(documents)["documents"])

pipeline = Pipeline()
pipeline.add_component("embedder", OpenAITextEmbedder(**embeddings))
pipeline.add_component("retriever", Retriever(document_store=store, top_k=10))
pipeline.connect("embedder.embedding", "retriever.query_embedding")
found = pipeline.run({"embedder": {"text": QUESTION}})["retriever"]["documents"]
finish([document.id for document in found])
