// The transcript of a case: where it stands when it comes, and going from one finding to the next.
const findings = (box) => [...box.querySelectorAll("[data-finding]")];

function show(box, line) {
  const top = line.getBoundingClientRect().top - box.getBoundingClientRect().top + box.scrollTop;
  box.scrollTop = top - box.clientHeight / 3;
}

function begin() {
  const box = document.querySelector(".transcript:not([data-begun])");
  if (!box) return;
  box.setAttribute("data-begun", "");
  const resumed = box.querySelector("[data-resume]"); // where somebody was before the conversation came anew
  const first = resumed || findings(box)[0];
  if (box.scrollHeight > box.clientHeight && first) show(box, first);
  resumed?.focus({ preventScroll: true });
}

document.addEventListener("click", (event) => {
  const asked = event.target.closest("[data-next-finding]");
  if (!asked) return;
  event.preventDefault();
  const box = document.querySelector(".transcript");
  const all = findings(box);
  const step = Number(asked.dataset.nextFinding);
  const at = all.findIndex((line) => line.hasAttribute("data-current"));
  const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : (at + step + all.length) % all.length];
  all.forEach((line) => line.toggleAttribute("data-current", line === next));
  if (box.scrollHeight > box.clientHeight) show(box, next);
  else next.scrollIntoView({ block: "center" });
  next.focus({ preventScroll: true });
});

// Words that are selected in one message go into the form that marks what was missed, with their place in it.
const shown = (fragment) => {
  fragment.querySelectorAll(".visually-hidden").forEach((part) => part.remove());
  return fragment.textContent;
};

function takeSelection(form) {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return;
  const range = selection.getRangeAt(0);
  const start = range.startContainer.parentElement?.closest("[data-text]");
  if (!start || start !== range.endContainer.parentElement?.closest("[data-text]")) return;
  const before = document.createRange();
  before.setStart(start, 0);
  before.setEnd(range.startContainer, range.startOffset);
  form.elements.words.value = shown(range.cloneContents()).trim();
  form.elements.message.value = start.closest(".msg").id.replace("m-", "");
  form.elements.near.value = [...shown(before.cloneContents())].length; // in code points, as everywhere
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-mark-missed]")) return;
  const form = document.getElementById("missed");
  takeSelection(form);
  form.closest("details").open = true;
  (form.elements.words.value ? form.elements.rule : form.elements.words).focus();
});

// Words that are typed or changed by hand may stand in any message.
document.addEventListener("input", (event) => {
  if (!event.target.matches("#missed [name=words]")) return;
  event.target.form.elements.message.value = "";
  event.target.form.elements.near.value = "";
});

// A notice that is opened must be seen, also where the confirming buttons stay at the foot. `toggle` does not bubble.
document.addEventListener("toggle", (event) => {
  if (event.target.matches(".notice[open]")) event.target.scrollIntoView({ block: "nearest" });
}, true);

// Several decisions can be undone by hand; the key undoes the newest. What was undone, or cannot be any more, goes.
function oneUndoKey() {
  const buttons = [...document.querySelectorAll(".toast[data-undo] form button")];
  buttons.forEach((button, index) => {
    const isNewest = index === buttons.length - 1;
    button.dataset.ownKey ??= button.getAttribute("aria-keyshortcuts") ?? ""; // none if the person has switched it off
    if (!button.dataset.ownKey) return;
    if (isNewest) button.setAttribute("aria-keyshortcuts", button.dataset.ownKey);
    else button.removeAttribute("aria-keyshortcuts");
    button.querySelector("kbd").hidden = !isNewest;
  });
}

document.addEventListener("htmx:afterRequest", (event) => {
  const toast = event.detail.elt.closest?.(".toast[data-undo]");
  if (!toast) return;
  setTimeout(() => {
    toast.remove();
    oneUndoKey();
  });
});
document.addEventListener("htmx:oobAfterSwap", oneUndoKey); // at once: the next key may follow right behind
// The lease lasts for as long as the policy says from when the person last did something. The poll tells how long ago
// that was; the server renews. Coming back to the page counts as doing something, and is told before live.js asks.
const MOST_IDLE_S = 24 * 60 * 60;
const lease = () => document.querySelector("form#lease");
const announce = (words) => document.dispatchEvent(new CustomEvent("announce", { detail: { value: words } }));
let lastActive = Date.now();
let isLeaving = false;

for (const kind of ["keydown", "pointerdown", "pointermove", "wheel", "scroll"]) {
  document.addEventListener(kind, () => { lastActive = Date.now(); }, { capture: true, passive: true });
}

document.addEventListener("htmx:configRequest", (event) => {
  const { elt, parameters, triggeringEvent } = event.detail;
  if (elt.id !== "lease" || triggeringEvent?.type !== "poll") return;
  parameters.idle = Math.min(Math.max(0, Math.floor((Date.now() - lastActive) / 1000)), MOST_IDLE_S);
});

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") lastActive = Date.now();
  else if (lease() && !isLeaving) window.htmx.trigger(lease(), "stay"); // nobody asks while the page is hidden
}, true);

document.addEventListener("ending", (event) => {
  const form = event.target.closest("#lease");
  if (!form) return;
  form.setAttribute("data-ending", "");
  announce(`This case is yours for another ${event.detail.seconds} seconds. Press “Stay on it” to keep it.`);
});

document.addEventListener("htmx:afterRequest", (event) => {
  const { requestConfig, successful } = event.detail; // the form itself has been exchanged by now
  if (requestConfig?.elt.id === "lease" && successful && requestConfig.triggeringEvent?.type === "submit") announce("The case stays yours.");
});

// A case that is left is free: whether htmx brings another page, or the browser does, or the window is closed.
// Whoever reloads the page has not left, and takes the case again.
const LEFT = "haven.left";
let held = null; // what frees the case on the page: an address and the fields to send there

function follow() {
  const form = lease();
  const shown = form && { address: form.dataset.leave, fields: new FormData(form) };
  shown?.fields.set("leaving", "1");
  if (held && held.address !== shown?.address) fetch(held.address, { method: "POST", body: held.fields, keepalive: true }).catch(() => {});
  held = shown;
}

// What the page was just asking is of no interest any more, and its answer must not show up on the next page.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target?.id === "main" && lease()) window.htmx.trigger(lease(), "htmx:abort");
});

window.addEventListener("pagehide", () => {
  isLeaving = true;
  if (!held) return;
  sessionStorage.setItem(LEFT, held.address);
  navigator.sendBeacon(held.address, held.fields);
});

window.addEventListener("pageshow", (event) => {
  isLeaving = false;
  const left = sessionStorage.getItem(LEFT);
  sessionStorage.removeItem(LEFT);
  const isReloaded = performance.getEntriesByType("navigation")[0]?.type === "reload";
  if (!left || event.persisted || !isReloaded) return;
  const take = document.querySelector("[data-take]");
  if (take?.dataset.take === left) take.click();
  else if (lease()?.dataset.leave === left) window.htmx.trigger(lease(), "stay"); // the page came before it was freed
});

// “More …”: a key opens its part, wherever it stands; Escape closes it, before it would release the case.
document.addEventListener("toggle", (event) => {
  if (!event.target.matches(".more details[open]")) return;
  event.target.closest(".more").open = true;
  event.target.querySelector("input:not([type=hidden]), select, textarea")?.focus();
}, true);

function closeMore(more) {
  more.open = false;
  more.querySelectorAll("details").forEach((part) => { part.open = false; });
}

document.addEventListener("keydown", (event) => {
  const more = document.querySelector(".more[open]");
  if (event.key !== "Escape" || !more || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  closeMore(more);
  more.querySelector("summary").focus();
}, true);

document.addEventListener("click", (event) => {
  const more = document.querySelector(".more[open]");
  if (more && event.isTrusted && !more.contains(event.target)) closeMore(more);
});

// Times that somebody chooses are meant as their own clock shows them.
function tellZone() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!zone) return;
  document.querySelectorAll("input[data-zone]").forEach((field) => { field.value = zone; });
  document.querySelectorAll("bdi[data-zone]").forEach((place) => { place.textContent = zone; });
}

for (const kind of ["htmx:afterSettle", "htmx:historyRestore"]) {
  document.addEventListener(kind, () => {
    begin();
    tellZone();
    follow();
  });
}
begin();
tellZone();
follow();
