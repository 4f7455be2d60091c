// The console in a real browser over the real binary: node console.mjs [VIGIE] [SAMPLES]. Ends with 1 if anything is wrong.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { chromium } from "playwright-core";
import { start } from "./server.mjs";

const [vigie, samples] = process.argv.slice(2).map((path) => resolve(path));
const axeSource = readFileSync(new URL("node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const server = await start({ vigie, samples, port: 8393 });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-dev-shm-usage"] });
const PASSWORD = "une longue phrase de passe";
const TRIAGED = 50;
let failures = 0;
const noise = [];

async function step(name, work) {
  const started = Date.now();
  try {
    const said = await work();
    console.log(`ok    ${name}${said ? `: ${said}` : ""} (${Date.now() - started} ms)`);
  } catch (error) {
    failures += 1;
    console.log(`FAIL  ${name}: ${error.message.split("\n").slice(0, 12).join("\n      ")}`);
  }
}

/** A page that reports what its browser complains about: blocked scripts, errors, foreign requests. */
async function open(options = {}) {
  const context = await browser.newContext({ locale: "en-GB", viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  page.on("console", (message) => message.type() === "error" && noise.push(`${page.url()}: ${message.text()}`));
  page.on("pageerror", (error) => noise.push(`${page.url()}: ${error.message}`));
  page.on("request", (request) => { if (!request.url().startsWith(server.base)) noise.push(`leaves the house: ${request.url()}`); });
  return page;
}

const turn = (page, act) => Promise.all([page.waitForNavigation(), act()]);
const key = (page, name) => turn(page, () => page.keyboard.press(name));
const go = async (page, path) => { await page.goto(server.base + path); return page; };
const reading = (page) => page.getAttribute("#decide", "action").then((action) => action?.match(/\d+/)[0]);
const waiting = async (page) => Number((await page.textContent(".side .count")).replace(/\D/g, ""));

async function signIn(page, name) {
  await go(page, "/sign-in");
  await page.fill("[name=name]", name);
  await page.fill("[name=password]", PASSWORD);
  await turn(page, () => page.press("[name=password]", "Enter"));
}

const admin = await open();
await step("first start makes an admin", async () => {
  await admin.goto(server.setup);
  await admin.fill("[name=name]", "Anna Exemple");
  await admin.fill("[name=password]", PASSWORD);
  await turn(admin, () => admin.press("[name=password]", "Enter"));
  assert.equal(new URL(admin.url()).pathname, "/");
  assert.equal(await admin.textContent("h1"), "Overview");
});

await step("two reviewers are added and sign in", async () => {
  for (const name of ["Ben Exemple", "Cleo Exemple"]) {
    await go(admin, "/people");
    await admin.fill("section [name=name]", name);
    await admin.fill("section [name=password]", PASSWORD);
    await turn(admin, () => admin.press("section [name=password]", "Enter"));
  }
  assert.equal(await admin.locator(".results li").count(), 3);
});
const ben = await open(), cleo = await open({ locale: "fr-FR" });
await signIn(ben, "Ben Exemple");
await signIn(cleo, "Cleo Exemple");

await step(`triage of ${TRIAGED} finds by keyboard only`, async () => {
  await go(ben, "/queue");
  const before = await waiting(ben);
  const pressed = [];
  for (let n = 0; n < TRIAGED; n++) {
    if (n % 10 === 3) { await ben.keyboard.press("n"); await key(ben, String(1 + (n % 9))); }
    else await key(ben, ["a", "a", "u"][n % 3]);
    pressed.push(new URL(ben.url()).searchParams.get("done"));
  }
  assert.equal(new Set(pressed).size, TRIAGED, "each decision met a find of its own");
  await go(ben, "/queue");
  assert.ok(before - await waiting(ben) > 0);
  return `${before} waited before, ${await waiting(ben)} after`;
});

await step("j, k, t and z: move, pass on, take back", async () => {
  await go(ben, "/queue");
  const first = await reading(ben);
  await key(ben, "j");
  const second = await reading(ben);
  assert.notEqual(second, first);
  await key(ben, "k");
  assert.equal(await reading(ben), first);
  await key(ben, "a");
  assert.match(await ben.textContent("[role=status]"), /The detector had said .*, \d\.\d\d/);
  await key(ben, "z");
  assert.equal(await reading(ben), first, "back at the same find");
  await key(ben, "t");
  assert.notEqual(await reading(ben), first);
});

await step("the score waits for the answer", async () => {
  await go(ben, "/queue");
  const id = await reading(ben);
  await go(ben, `/finds/${id}`);
  assert.match(await ben.textContent("main"), /Shown once you have answered/);
});

await step("two reviewers at once never have the same find", async () => {
  await Promise.all([go(ben, "/queue"), go(cleo, "/queue")]);
  const done = [];
  for (let n = 0; n < 20; n++) {
    const both = await Promise.all([reading(ben), reading(cleo)]);
    assert.notEqual(both[0], both[1]);
    done.push(...both);
    await Promise.all([key(ben, "a"), key(cleo, "a")]);
  }
  const taken = await reading(ben);
  await go(cleo, `/queue?at=${taken}`);
  assert.match(await cleo.textContent("main"), /Quelqu’un d’autre s’en occupe/);
});

await step("copies are folded and decided together", async () => {
  await go(ben, "/queue?network=bluesky");
  const lead = await admin.request.get(server.base + "/explore?q=flash&state=waiting").then((answer) => answer.text());
  const id = lead.match(/\/finds\/(\d+)/)[1];
  await go(admin, `/finds/${id}`);
  await go(ben, "/queue");
  const row = ben.locator(".rows a", { hasText: "+ 11" });
  if (await row.count()) await turn(ben, () => row.first().click());
  else {
    // The leading copy is the one that ranks first; any of them leads there.
    let found = false;
    for (const [, copy] of lead.matchAll(/\/finds\/(\d+)/g)) {
      await go(ben, `/queue?at=${copy}`);
      if (await ben.locator("[name=all]").count()) { found = true; break; }
    }
    assert.ok(found, "no folded find");
  }
  const before = await waiting(ben);
  await key(ben, "a");
  await go(ben, "/queue");
  const fewer = before - await waiting(ben);
  assert.ok(fewer >= 10, `${fewer} fewer wait`);
  return `${fewer} at once`;
});

await step("measuring tasks", async () => {
  await go(ben, "/measure");
  const shown = await ben.textContent(".post");
  await key(ben, "o");
  assert.notEqual(await ben.textContent(".post"), shown);
  await key(ben, "z");
  assert.equal(await ben.textContent(".post"), shown);
});

await step("search, a find, its contacts", async () => {
  await go(admin, "/explore");
  await admin.fill("[name=q]", "livr");
  await turn(admin, () => admin.press("[name=q]", "Enter"));
  assert.ok(await admin.locator(".results li").count() > 5);
  await turn(admin, () => admin.locator(".results a").first().click());
  assert.ok(await admin.locator(".reasons tr").count() > 1);
  const show = admin.getByRole("button", { name: /Show contacts/ });
  if (await show.count()) await turn(admin, () => show.click());
});

await step("rule backtest", async () => {
  await go(admin, "/rules");
  await turn(admin, () => admin.getByRole("button", { name: "Try it" }).click());
  assert.match(await admin.textContent("main"), /finds would change/);
});

await step("hostile posts do nothing", async () => {
  for (const words of ["hacked", "planted", "javascript"]) {
    await go(admin, `/explore?q=${words}`);
    for (const link of await admin.locator(".results a").evaluateAll((links) => links.map((link) => link.getAttribute("href")))) {
      await go(admin, link);
      assert.equal(await admin.evaluate(() => window.hacked), undefined);
      assert.equal(await admin.locator("#planted").count(), 0);
    }
  }
});

await step("the overview is live", async () => {
  await go(admin, "/");
  await admin.waitForSelector(".live:not([hidden])");
  const before = await admin.textContent("#tiles .figure");
  await go(ben, "/queue");
  await key(ben, "a");
  await admin.waitForFunction((before) => document.querySelector("#tiles .figure").textContent !== before, before, { timeout: 15_000 });
});

await step("French and English", async () => {
  for (const [path, title] of [["/", "Vue d’ensemble"], ["/queue", "File"], ["/measure", "Mesure"], ["/account", "Votre compte"]]) {
    await go(cleo, path);
    assert.equal(await cleo.textContent("h1"), title);
    assert.equal(await cleo.getAttribute("html", "lang"), "fr");
  }
});

await step("without scripts", async () => {
  const plain = await open({ javaScriptEnabled: false, storageState: await ben.context().storageState() });
  await go(plain, "/queue");
  const first = await reading(plain);
  await turn(plain, () => plain.getByRole("button", { name: /^Advert/ }).click());
  assert.notEqual(await reading(plain), first);
  await plain.locator("summary", { hasText: "Not an advert" }).click();
  await turn(plain, () => plain.getByRole("button", { name: /news/ }).click());
  assert.match(await plain.textContent("[role=status]"), /news/);
  await plain.context().close();
});

const PAGES = ["/", "/queue", "/measure", "/explore", "/explore?q=livr", "/rules", "/people", "/tokens", "/audit", "/account"];
const finds = await admin.request.get(server.base + "/explore?state=settled").then((answer) => answer.text());
PAGES.push(`/finds/${finds.match(/\/finds\/(\d+)/)[1]}`);

await step("phone width: nothing is cut off sideways", async () => {
  const phone = await open({ viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true, storageState: await admin.context().storageState() });
  for (const path of PAGES) {
    await go(phone, path);
    const [wide, view] = await phone.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
    assert.ok(wide <= view, `${path} is ${wide} wide in ${view}`);
  }
  await phone.context().close();
});

await step("axe-core: no violation on any page, light, dark and narrow", async () => {
  const state = await admin.context().storageState();
  const views = [{ colorScheme: "light" }, { colorScheme: "dark", locale: "fr-FR" }, { viewport: { width: 360, height: 740 } }];
  let checked = 0;
  const found = [];
  for (const view of views) {
    const page = await open({ ...view, storageState: state, bypassCSP: true });
    for (const path of [...PAGES, "/no/such/page"]) {
      await go(page, path);
      checked += 1;
      found.push(...await axe(page, path));
    }
    await page.context().close();
    const stranger = await open({ ...view, bypassCSP: true });
    await go(stranger, "/sign-in");
    checked += 1;
    found.push(...await axe(stranger, "/sign-in"));
    await stranger.context().close();
  }
  assert.deepEqual(found, []);
  return `${checked} pages`;
});

async function axe(page, path) {
  await page.evaluate(axeSource);
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const { violations } = await page.evaluate((tags) => window.axe.run(document, { runOnly: { type: "tag", values: tags } }), tags);
  return violations.map((found) => `${path}: ${found.id}: ${found.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`);
}

await step("pages weigh at most 150 kB", async () => {
  let heaviest = ["", 0];
  for (const path of PAGES) {
    const page = await open({ storageState: await admin.context().storageState() });
    await go(page, path);
    const bytes = await page.evaluate(() => performance.getEntries().reduce((sum, entry) => sum + (entry.decodedBodySize ?? 0), 0));
    if (bytes > heaviest[1]) heaviest = [path, bytes];
    await page.context().close();
  }
  assert.ok(heaviest[1] > 0 && heaviest[1] <= 150_000, `${heaviest[0]}: ${heaviest[1]} bytes`);
  return `heaviest ${heaviest[0]} with ${heaviest[1]} bytes`;
});

await step("the browser complained about nothing", async () => {
  const real = noise.filter((line) => !/no\/such\/page|404/.test(line));
  assert.deepEqual(real, []);
});

await browser.close();
await server.stop();
console.log(failures ? `${failures} steps failed` : "all steps passed");
process.exit(failures ? 1 : 0);
