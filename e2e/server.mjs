// The real binary on a store of its own, in a temporary folder.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Posts that try to steer the page, and fifty copies of one. All invented. */
function hostilePosts() {
  const at = (minute) => `2026-11-20T12:${String(minute % 60).padStart(2, "0")}:00Z`;
  const hostile = [
    `<script>window.hacked=1</script> Beuh dispo ce soir, livraison Toulouse, 10€ le g, snap vendeur_fictif`,
    `"><img src=x onerror="window.hacked=1"> coke dispo Lorient, 50€ le g, livraison, tel 06 39 98 12 34`,
    `{{7*7}} \${7*7} javascript:window.hacked=1 shit dispo Toulouse livraison 7/7 snap exemple_demo \u202Eetixe`,
    `Beuh dispo Toulouse </div></main><h1 id="planted">planted</h1> livraison 10€/g snap demo_fictif`,
  ].map((text, index) => ({ network: "mastodon", id: `hostile-${index}`, text, created_at: at(index), author: { handle: `"><b>${index}_exemple` } }));
  const copies = Array.from({ length: 12 }, (_, n) => ({
    network: "bluesky", id: `copy-${n}`, text: `🔥 FLASH beuh et shit dispo Toulouse ce soir, livraison ${n}/7, 06 39 98 ${String(n).padStart(2, "0")} 11`, created_at: at(n), author: { handle: `compte_fictif${n}` },
  }));
  return [...hostile, ...copies].map((post) => JSON.stringify(post)).join("\n") + "\n";
}

export async function start({ vigie, samples, port }) {
  const dir = mkdtempSync(join(tmpdir(), "vigie-e2e-"));
  const run = (...args) => {
    const done = spawnSync(vigie, args, { cwd: dir, encoding: "utf8" });
    if (done.status !== 0) throw new Error(`vigie ${args.join(" ")}: ${done.stderr}`);
    return done.stdout;
  };
  run("init", "--profile", "platform");
  writeFileSync(join(dir, "hostile.jsonl"), hostilePosts());
  run("scan", samples, "hostile.jsonl");
  const child = spawn(vigie, ["serve", "--listen", `127.0.0.1:${port}`], { cwd: dir });
  const end = () => child.kill();
  process.on("exit", end);
  let said = "";
  const base = `http://127.0.0.1:${port}`;
  const setup = await new Promise((resolve, reject) => {
    child.on("exit", (code) => reject(new Error(`vigie serve ended with ${code}: ${said}`)));
    child.stderr.on("data", (data) => {
      said += data;
      const found = said.match(/http:\S+\/setup\?token=\S+/);
      if (found) resolve(found[0]);
    });
  });
  const stop = () => new Promise((resolve) => {
    child.removeAllListeners("exit");
    child.on("exit", () => { rmSync(dir, { recursive: true, force: true }); resolve(); });
    child.kill("SIGTERM");
  });
  return { base, setup, dir, run, stop, log: () => said };
}
