// Pictures of every page, wide and narrow, light and dark, in both languages: node shots.mjs, then look at shots/.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { chromium } from "playwright-core";
import { start } from "./server.mjs";

const vigie = process.env.VIGIE ?? "../target/debug/vigie", samples = process.env.SAMPLES ?? new URL("../samples", import.meta.url).pathname;
// With the made-up labels of the samples there are estimates to show.
const server = await start({ vigie: new URL(vigie, import.meta.url).pathname, samples, port: 8392 });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-dev-shm-usage"] });
mkdirSync("shots", { recursive: true });
const labels = `${samples}/.made-up-labels.jsonl.zst`;
if (existsSync(labels)) {
  writeFileSync(`${server.dir}/labels.jsonl`, execFileSync("zstd", ["-dc", labels], { maxBuffer: 64 << 20 }));
  server.run("label", "--import", "labels.jsonl");
}
const only = process.argv.slice(2);

const first = await (await browser.newContext({ locale: "fr-FR", viewport: { width: 1280, height: 800 } })).newPage();
await first.goto(server.setup);
await first.screenshot({ path: "shots/setup.png" });
await first.fill("[name=name]", "Anna Exemple");
await first.fill("[name=password]", "une longue phrase de passe");
await Promise.all([first.waitForNavigation(), first.click("button")]);
const state = await first.context().storageState();

const press = (key) => Promise.all([first.waitForNavigation(), first.keyboard.press(key)]);

// Some work, so that pages are not empty.
for (let n = 0; n < 12; n++) {
  await first.goto(server.base + "/queue");
  await press(n % 4 === 2 ? "u" : "a");
}
const decided = await first.evaluate(() => document.querySelector(".side .count")?.textContent);
const findId = await (async () => { await first.goto(server.base + "/explore?state=settled"); return (await first.getAttribute(".results a", "href")).match(/\d+/)[0]; })();
const hostileId = await (async () => { await first.goto(server.base + "/explore?q=planted"); return (await first.getAttribute(".results a", "href")).match(/\d+/)[0]; })();
const pages = { overview: "/", queue: "/queue", find: `/finds/${findId}`, hostile: `/finds/${hostileId}`, measure: "/measure", explore: "/explore?q=livr", rules: "/rules", people: "/people", tokens: "/tokens", audit: "/audit", account: "/account" };
const views = {
  fr: { locale: "fr-FR", viewport: { width: 1280, height: 800 } },
  dark: { locale: "en-GB", colorScheme: "dark", viewport: { width: 1280, height: 800 } },
  phone: { locale: "fr-FR", viewport: { width: 375, height: 780 }, deviceScaleFactor: 2, isMobile: true },
};
for (const [view, options] of Object.entries(views)) {
  const page = await (await browser.newContext({ ...options, storageState: state })).newPage();
  for (const [name, path] of Object.entries(pages)) {
    if (only.length && !only.includes(`${name}-${view}`)) continue;
    await page.goto(server.base + path);
    await page.screenshot({ path: `shots/${name}-${view}.png`, fullPage: view === "phone" || name !== "queue" });
  }
}
console.log("waiting", decided);
await browser.close();
await server.stop();
