// Small comforts; every page works without them.
"use strict";

// Single keys press what the page marks with data-key, unless somebody types or has turned them off.
const typing = (node) => node.matches("input:not([type=checkbox]), textarea, select");

function press(target) {
  if (target.matches("summary")) {
    const details = target.parentElement;
    details.open = !details.open;
    if (details.open) details.querySelector("button")?.focus();
  } else {
    target.click();
  }
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || typing(event.target)) return;
  if (!("shortcuts" in document.body.dataset)) return;
  const key = event.key.toLowerCase();
  const escaped = CSS.escape(key);
  const target = document.querySelector(`details[open] [data-digit="${escaped}"]`) ?? document.querySelector(`[data-key="${escaped}"]`);
  if (!target) return;
  event.preventDefault();
  press(target);
});

// One decision a press: a second one would meet the next find.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "1";
});
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));

// The overview fetches itself when the server says that something changed.
async function refresh() {
  const response = await fetch(location.href, { headers: { accept: "text/html" } });
  if (!response.ok || response.redirected) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const next = fresh.getElementById(part.id);
    if (next && next.innerHTML !== part.innerHTML) part.replaceChildren(...next.childNodes);
  }
}

if (document.body.dataset.events) {
  const source = new EventSource(document.body.dataset.events);
  const sign = document.querySelector(".live");
  source.addEventListener("open", () => { if (sign) sign.hidden = false; });
  source.addEventListener("error", () => { if (sign) sign.hidden = true; });
  source.addEventListener("changed", refresh);
  window.addEventListener("pagehide", () => source.close());
}
