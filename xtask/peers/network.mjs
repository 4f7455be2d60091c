// The whole AT network: PLC, PDS, AppView, Ozone. DB_POSTGRES_URL=… REDIS_HOST=… node network.mjs
import * as mod from '@atproto/dev-env'
const devenv = mod.TestNetwork ? mod : mod.default
const net = await devenv.TestNetwork.create({ pds: { hostname: 'localhost', enableDidDocWithSession: true }, bsky: { dbPostgresSchema: 'bsky' }, plc: {}, ozone: { dbMaterializedViewRefreshIntervalMs: 30000 } })
console.log(JSON.stringify({ ready: true, pds: net.pds.url, ozone: net.ozone.url, ozoneDid: net.ozone.ctx.cfg.service.did }))
process.on('SIGTERM', async () => { await net.close(); process.exit(0) })
