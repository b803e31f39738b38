"""An application with elasticsearch-py: elasticsearch_knn.py URL INDEX VECTOR QUERY-TEXT"""
import json
import sys
from urllib.parse import quote

from elasticsearch import Elasticsearch

url, index, vector, text = sys.argv[1:]
client = Elasticsearch(url).options(headers={"EsRefine-Query": quote(text)})
reply = client.search(index=index, size=10, knn={"field": "v", "query_vector": json.loads(vector), "k": 10, "num_candidates": 100})
print(json.dumps({"ids": [hit["_id"] for hit in reply["hits"]["hits"]], "outcome": reply.meta.headers["EsRefine"]}))
