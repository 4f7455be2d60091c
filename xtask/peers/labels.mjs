// The official client reads our labels, validates them against the official lexicon and verifies their signatures:
// node labels.mjs URL URI COUNT
import { AtpAgent, lexicons } from '@atproto/api'
import { Subscription } from '@atproto/xrpc-server'
import { verifySignature } from '@atproto/crypto'
import { getDidKeyFromMultibase } from '@atproto/identity'
import { encode } from '@ipld/dag-cbor'
import WebSocket from 'ws'
const [url, uri, count] = process.argv.slice(2)
const document = await (await fetch(`${url}/.well-known/did.json`)).json()
const method = document.verificationMethod.find((m) => m.id.endsWith('#atproto_label'))
const key = getDidKeyFromMultibase({ type: method.type, publicKeyMultibase: method.publicKeyMultibase })
const abort = new AbortController(); const timer = setTimeout(() => abort.abort(), 15000)
const seen = []
try {
  for await (const message of new Subscription({ service: url.replace('http', 'ws'), method: 'com.atproto.label.subscribeLabels', signal: abort.signal, getParams: () => ({ cursor: 0 }), validate: (v) => lexicons.assertValidXrpcMessage('com.atproto.label.subscribeLabels', v) })) {
    for (const label of message.labels ?? []) {
      const { sig, $type, ...rest } = label
      const forged = { ...rest, val: 'other' }
      seen.push({ seq: message.seq, uri: label.uri, val: label.val, neg: label.neg ?? false, valid: await verifySignature(key, encode(rest), sig), forged: await verifySignature(key, encode(forged), sig) })
    }
    if (seen.length >= +count) abort.abort()
  }
} catch (error) { if (!abort.signal.aborted) throw error }
clearTimeout(timer)
const agent = new AtpAgent({ service: url })
const queried = await agent.com.atproto.label.queryLabels({ uriPatterns: [uri] })
const future = await new Promise((resolve) => { const ws = new WebSocket(`${url.replace('http', 'ws')}/xrpc/com.atproto.label.subscribeLabels?cursor=9999`); ws.on('message', (m) => resolve(m.toString('latin1').includes('FutureCursor'))) })
console.log(JSON.stringify({ seen, queried: queried.data.labels.map((l) => [l.val, l.neg ?? false]), future }))
process.exit(0)
