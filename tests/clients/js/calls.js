// Typical calls of an application, one after another: node calls.js PACKAGE URL [sniff]
// Prints what the client made of the replies. PACKAGE is one of package.json's, so that a client of every major version can be asked.
const [name, node, sniff] = process.argv.slice(2)
const { Client } = await import(name)
const client = new Client({ node, maxRetries: 0, ...(sniff ? { sniffOnStart: true, sniffInterval: 1, sniffOnConnectionFault: true } : {}) })
const old = name === 'elasticsearch7' || name.startsWith('@opensearch')
const index = 'notes-äöü'
const vector = [0.9966162533834023, -0.04109757745910938, 1e-7, 0, -0.5]
const body = (value) => (old ? { body: value } : value)
const said = []

async function call (title, run) {
  try {
    const reply = await run()
    said.push([title, reply?.body ?? reply])
  } catch (error) {
    said.push([title, error.name, error.message])
  }
}

await call('info', () => client.info())
await call('ping', () => client.ping())
await call('create', () => client.indices.create({ index, ...body({ mappings: { properties: { title: { type: 'text' } } } }) }))
await call('exists', () => client.indices.exists({ index: `${index},<logs-{now/d}>` }))
await call('document', () => client.index({ index, id: 'a/b c+d', refresh: true, ...(old ? { body: { title: 'é😀', n: 1.0 } } : { document: { title: 'é😀', n: 1.0 } }) }))
await call('get', () => client.get({ index, id: 'a/b c+d', _source_includes: ['title', 'n'] }))
await call('bulk', () => client.bulk({ refresh: 'wait_for', ...(old ? { body: [{ index: { _index: index } }, { n: 1 }] } : { operations: [{ index: { _index: index } }, { n: 1 }] }) }))
await call('search', () => client.search({ index, size: 3, ...body({ query: { match: { title: 'bread' } } }) }))
await call('knn', () => client.search({ index, ...body(name.startsWith('@opensearch') ? { query: { knn: { v: { vector, k: 3 } } } } : { knn: { field: 'v', query_vector: vector, k: 3, num_candidates: 10 } }) }))
await call('msearch', () => client.msearch(old ? { body: [{ index }, { size: 1 }] } : { searches: [{ index }, { size: 1 }] }))
await call('scroll', () => client.scroll(old ? { body: { scroll_id: 'a==', scroll: '1m' } } : { scroll_id: 'a==', scroll: '1m' }))
await call('cat', () => client.cat.indices({ v: true, h: 'index,docs.count' }))
await call('mapping', () => client.indices.getMapping({ index: '*' }))
await call('delete', () => client.delete({ index, id: 'x', routing: 'ü' }))
await call('compressed', () => client.search({ index, ...body({ query: { match_all: {} } }) }, { compression: 'gzip', headers: { 'x-opaque-id': '12', accept: 'application/json' } }))
await call('missing', () => client.get({ index, id: 'missing' }))
await client.close()
console.log(JSON.stringify(said))
