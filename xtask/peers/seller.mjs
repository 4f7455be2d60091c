// A seller with two posts, and a reporter: node seller.mjs PDS
import { AtpAgent } from '@atproto/api'
const service = process.argv[2]
const make = async (handle, password) => { const agent = new AtpAgent({ service }); await agent.createAccount({ handle, email: `${handle}@ex.test`, password }); return agent }
const seller = await make('demo-fictif.test', 'x1x1x1'); await make('reporter.test', 'x2x2x2')
const posts = []
for (const text of ['Toulouse : beuh dispo, 10€ le g, livraison. Snap: demo_fictif31', 'Toulouse : coke et shit dispo ce soir, livraison, 50€. Snap: demo_fictif31']) {
  const post = await seller.post({ text, langs: ['fr'] })
  posts.push({ id: `${seller.did}/${post.uri.split('/').pop()}`, network: 'bluesky', url: `https://bsky.app/profile/${seller.did}/post/${post.uri.split('/').pop()}`, author: { id: seller.did, handle: 'demo-fictif.test' }, text, created_at: new Date().toISOString(), lang: 'fr' })
}
console.log(posts.map((p) => JSON.stringify(p)).join('\n'))
