// An application with @opensearch-project/opensearch: node opensearch.js URL INDEX VECTOR QUERY-TEXT
import { Client } from '@opensearch-project/opensearch'

const [node, index, vector, text] = process.argv.slice(2)
const client = new Client({ node })
const { body, headers } = await client.search(
  { index, body: { size: 10, query: { knn: { v: { vector: JSON.parse(vector), k: 10 } } } } },
  { headers: { 'EsRefine-Query': encodeURIComponent(text) } },
)
console.log(JSON.stringify({ ids: body.hits.hits.map((hit) => hit._id), outcome: headers.esrefine }))
await client.close()
