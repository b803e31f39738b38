// An application with @elastic/elasticsearch: node elasticsearch.js URL INDEX VECTOR QUERY-TEXT
import { Client } from '@elastic/elasticsearch'

const [node, index, vector, text] = process.argv.slice(2)
const client = new Client({ node })
const { body, headers } = await client.search(
  { index, size: 10, knn: { field: 'v', query_vector: JSON.parse(vector), k: 10, num_candidates: 100 } },
  { headers: { 'EsRefine-Query': encodeURIComponent(text) }, meta: true },
)
console.log(JSON.stringify({ ids: body.hits.hits.map((hit) => hit._id), outcome: headers.esrefine }))
await client.close()
