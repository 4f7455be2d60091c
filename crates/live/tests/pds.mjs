// A real PDS and PLC (npm: @atproto/dev-env, run in a folder where it is installed) with posts of an invented account.
// VIGIE_PDS_ARGS="PORT POSTS"; VIGIE_PDS_STAY: milliseconds that it stays up after its last post.
import * as mod from '@atproto/dev-env'
const [port, posts] = process.env.VIGIE_PDS_ARGS.split(' ').map(Number)
const devenv = mod.TestNetwork ? mod : mod.default
const net = await devenv.TestNetworkNoAppView.create({ pds: { port, hostname: 'localhost' }, plc: {} })
const call = async (name, body, token) => {
  const headers = { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) }
  const answer = await fetch(`http://localhost:${port}/xrpc/${name}`, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`${name} ${answer.status}`)
  return answer.json()
}
const { did: repo, accessJwt } = await call('com.atproto.server.createAccount', { handle: 'fictif.test', email: 'a@example.org', password: 'pw-fictif' })
const collection = 'app.bsky.feed.post'
const record = (text) => ({ $type: collection, text, langs: ['fr'], createdAt: new Date().toISOString() })
const keys = []
for (let i = 0; i < posts; i++) {
  const { uri } = await call('com.atproto.repo.createRecord', { repo, collection, record: record(`bonjour numéro ${i} 🌿`) }, accessJwt)
  keys.push(uri.split('/').pop())
}
for (const rkey of keys.slice(0, 5)) await call('com.atproto.repo.putRecord', { repo, collection, rkey, record: record('corrigé') }, accessJwt)
for (const rkey of keys.slice(5, 10)) await call('com.atproto.repo.deleteRecord', { repo, collection, rkey }, accessJwt)
await call('com.atproto.repo.createRecord', { repo, collection, record: record('le dernier') }, accessJwt)
console.log('ready')
process.env.VIGIE_PDS_STAY && await new Promise((resolve) => setTimeout(resolve, Number(process.env.VIGIE_PDS_STAY)))
await net.close()
process.exit(0)
