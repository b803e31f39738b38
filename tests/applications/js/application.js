// A question asked with the official clients: node application.js elasticsearch|opensearch SEARCH_URL EMBEDDINGS_URL INDEX
import { readFileSync } from 'node:fs'
import { Client as Elasticsearch } from '@elastic/elasticsearch'
import { Client as OpenSearch } from '@opensearch-project/opensearch'
import OpenAI from 'openai'

const [engine, node, baseURL, index] = process.argv.slice(2)
const openai = new OpenAI({ baseURL, apiKey: 'none' })
const texts = readFileSync(new URL('../texts.jsonl', import.meta.url), 'utf8').trim().split('\n').map((line) => JSON.parse(line))

async function embed(input) {
  const { data } = await openai.embeddings.create({ model: 'all-MiniLM-L6-v2', input })
  return data.map((item) => item.embedding)
}

const vectors = await embed(texts.map((entry) => entry.text))
const [queryVector] = await embed(['How fast is a jaguar?'])
const lines = texts.flatMap(({ id, text }, i) => [{ index: { _id: id } }, { text, vector: vectors[i] }])
let hits

if (engine === 'elasticsearch') {
  const client = new Elasticsearch({ node })
  const vector = { type: 'dense_vector', similarity: 'cosine', index_options: { type: 'hnsw' } }
  await client.indices.create({ index, mappings: { properties: { text: { type: 'text' }, vector } } })
  await client.bulk({ index, operations: lines, refresh: true })
  const reply = await client.search({ index, knn: { field: 'vector', query_vector: queryVector, k: 10, num_candidates: 50 } })
  hits = reply.hits.hits
} else {
  const client = new OpenSearch({ node })
  const vector = { type: 'knn_vector', dimension: queryVector.length, method: { name: 'hnsw', engine: 'lucene', space_type: 'cosinesimil' } }
  await client.indices.create({ index, body: { settings: { index: { knn: true } }, mappings: { properties: { text: { type: 'text' }, vector } } } })
  await client.bulk({ index, body: lines, refresh: true })
  const reply = await client.search({ index, body: { size: 10, query: { knn: { vector: { vector: queryVector, k: 10 } } } } })
  hits = reply.body.hits.hits
}

console.log(JSON.stringify({ ids: hits.map((hit) => hit._id) }))
