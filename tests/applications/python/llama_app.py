"""A question asked with LlamaIndex: llama_app.py elasticsearch|opensearch SEARCH_URL EMBEDDINGS_URL INDEX"""

import warnings

from llama_index.core import Settings, VectorStoreIndex
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.node_parser import TokenTextSplitter
from llama_index.core.schema import TextNode

from texts import DIMENSIONS, ENGINE, INDEX, QUESTION, SEARCH_URL, TEXTS, embed, finish

warnings.simplefilter("ignore", DeprecationWarning)
Settings.node_parser = TokenTextSplitter(tokenizer=str.split)   # the default one downloads its data


class Embedder(BaseEmbedding):
    def _get_query_embedding(self, query):
        return embed([query])[0]

    async def _aget_query_embedding(self, query):
        return embed([query])[0]

    def _get_text_embedding(self, text):
        return embed([text])[0]

    def _get_text_embeddings(self, texts):
        return embed(texts)


if ENGINE == "elasticsearch":
    from llama_index.vector_stores.elasticsearch import ElasticsearchStore

    store = ElasticsearchStore(INDEX, es_url=SEARCH_URL)
else:
    from llama_index.vector_stores.opensearch import OpensearchVectorClient, OpensearchVectorStore

    store = OpensearchVectorStore(OpensearchVectorClient(SEARCH_URL, INDEX, DIMENSIONS, engine="lucene", space_type="cosinesimil"))

texts = [entry["text"] for entry in TEXTS]
store.add([TextNode(id_=entry["id"], text=entry["text"], embedding=vector) for entry, vector in zip(TEXTS, embed(texts))])
index = VectorStoreIndex.from_vector_store(store, embed_model=Embedder())
found = index.as_retriever(similarity_top_k=10).retrieve(QUESTION)
finish([result.node.node_id for result in found])
store.close()
