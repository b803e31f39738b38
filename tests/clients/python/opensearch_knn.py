"""An application with opensearch-py: opensearch_knn.py URL INDEX VECTOR QUERY-TEXT"""
import json
import sys
from urllib.parse import quote

from opensearchpy import OpenSearch, Urllib3HttpConnection

url, index, vector, text = sys.argv[1:]
outcomes = []


class Connection(Urllib3HttpConnection):
    """Keeps what the client reads and throws away."""

    def perform_request(self, *arguments, **named):
        status, headers, body = super().perform_request(*arguments, **named)
        outcomes.append(headers.get("EsRefine"))
        return status, headers, body


client = OpenSearch(url, connection_class=Connection)
body = {"size": 10, "query": {"knn": {"v": {"vector": json.loads(vector), "k": 10}}}}
reply = client.search(index=index, body=body, headers={"EsRefine-Query": quote(text)})
print(json.dumps({"ids": [hit["_id"] for hit in reply["hits"]["hits"]], "outcome": outcomes[-1]}))
