// What stays true while a page is open: polling, the "Live" chip, announcements, focus after htmx changed the page.
const POLL_EVERY_MS = 2500; // with counts that are 2.5 s old at most, nothing shows up later than 5 s

const chip = () => document.querySelector("[data-live]");
const isPoll = (event) => event.detail.requestConfig?.elt.matches("[data-poll]"); // detail.elt is what the event is on
const clockTime = () => new Date().toLocaleTimeString([], { hour12: false });

// An element with hx-trigger="poll" is asked for every few seconds, but only while somebody can see the page.
setInterval(() => {
  if (document.visibilityState === "visible") document.querySelectorAll("[data-poll]").forEach((one) => window.htmx.trigger(one, "poll"));
}, POLL_EVERY_MS);

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") document.querySelectorAll("[data-poll]").forEach((one) => window.htmx.trigger(one, "poll"));
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (!isPoll(event) || !chip()) return;
  const arrived = event.detail.successful;
  chip().dataset.tone = arrived ? "live" : "away";
  chip().textContent = arrived ? `Live · ${clockTime()}` : `Not updating since ${chip().dataset.last || "this page was opened"}`;
  if (arrived) chip().dataset.last = clockTime();
});

// A server that cannot answer is said so, whatever was pressed; what stands on the page stays.
for (const kind of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.addEventListener(kind, (event) => {
    if (isPoll(event) || event.detail.isTold) return;
    const status = event.detail.xhr?.status;
    toast(status ? `Haven answered with an error (${status}). Nothing was changed; try again.` : "Haven does not answer. Nothing was changed; check your connection and try again.");
  });
}

function toast(text) {
  const box = Object.assign(document.createElement("div"), { className: "toast" });
  box.dataset.seconds = "12";
  box.append(Object.assign(document.createElement("span"), { textContent: text }));
  const dismiss = Object.assign(document.createElement("button"), { type: "button", className: "button small", textContent: "×" });
  dismiss.setAttribute("aria-label", "Dismiss");
  dismiss.dataset.dismisses = ".toast";
  box.append(dismiss);
  document.getElementById("toasts").append(box);
}

// The server may say something to a screen reader: HX-Trigger: {"announce": "Case 12 is yours"}.
document.addEventListener("announce", (event) => {
  document.getElementById("announce").textContent = event.detail.value;
});

// After a page change by htmx the focus stands at its top, as after a page change by the browser.
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target?.id !== "main" && event.detail.elt?.id !== "main") return;
  document.getElementById("menu")?.hidePopover?.();
  const wanted = document.querySelector("main [autofocus]") || document.getElementById("main");
  wanted.focus({ preventScroll: true });
  const word = document.querySelector("[data-pause] p"); // on a break, if it is time for one
  document.getElementById("announce").textContent = [document.title, word?.textContent].filter(Boolean).join(". ");
});

// A refusal is read aloud (role="alert") and must be seen.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id === "refusal") event.detail.target.scrollIntoView({ block: "nearest" });
});
