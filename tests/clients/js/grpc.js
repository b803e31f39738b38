// An application with @grpc/grpc-js: node grpc.js HOST:PORT PROTOS-FOLDER INDEX VECTOR QUERY-TEXT
import { credentials, loadPackageDefinition } from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'

const [address, protos, index, vector, text] = process.argv.slice(2)
const { esrefine } = loadPackageDefinition(loadSync('esrefine/v1/refine.proto', { includeDirs: [protos] }))
const client = new esrefine.v1.RefinementService(address, credentials.createInsecure())
client.Search({ index, field: 'v', vector: { values: JSON.parse(vector) }, queryText: text, k: 10 }, (error, reply) => {
  if (error) throw error
  console.log(JSON.stringify({ ids: reply.hits.map((hit) => hit.id), outcome: reply.refinement.outcome }))
  client.close()
})
