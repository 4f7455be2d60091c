// What stands in Ozone's queue about some posts: node queue.mjs PDS OZONE_DID URI…
import { AtpAgent } from '@atproto/api'
const [service, did, ...uris] = process.argv.slice(2)
const moderator = new AtpAgent({ service }); await moderator.login({ identifier: 'mod-authority.test', password: 'hunter2' })
const opts = { headers: { 'atproto-proxy': `${did}#atproto_labeler` } }
const out = []
for (const uri of uris) {
  const status = await moderator.tools.ozone.moderation.queryStatuses({ subject: uri }, opts)
  const events = await moderator.tools.ozone.moderation.queryEvents({ subject: uri, types: ['tools.ozone.moderation.defs#modEventReport'] }, opts)
  out.push({ state: status.data.subjectStatuses[0]?.reviewState, reports: events.data.events.length, type: events.data.events[0]?.event.reportType, comment: events.data.events[0]?.event.comment })
}
console.log(JSON.stringify(out))
