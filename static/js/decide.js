// The decision form: what is said when no answer comes, sending it again, and going to what a choice opens.
let pressed = null; // the button that sent the form last

const isDecision = (element) => element?.matches?.("[data-decision]");
const card = () => document.querySelector("[data-not-sent]");

function tell(...whens) {
  card()?.querySelectorAll("[data-when]").forEach((line) => { line.hidden = !whens.includes(line.dataset.when); });
  if (card()) card().hidden = whens.length === 0;
}

document.addEventListener("submit", (event) => {
  if (!isDecision(event.target)) return;
  pressed = event.submitter;
  tell();
}, true);

// htmx remembers buttons by their clicks, and sending again clicks none: what a button stands for must not get lost.
document.addEventListener("htmx:configRequest", (event) => {
  if (isDecision(event.detail.elt) && pressed?.name) event.detail.parameters[pressed.name] = pressed.value;
});

// Whether a decision arrived is not known when its answer got lost, nor when something between failed.
for (const kind of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.addEventListener(kind, (event) => {
    const status = event.detail.xhr?.status || 0;
    if (!isDecision(event.detail.elt) || (status > 0 && status < 500)) return;
    event.detail.isTold = true; // live.js need not say it again
    document.querySelectorAll("[popover]:popover-open").forEach((open) => open.hidePopover());
    tell(navigator.onLine ? "unknown" : "offline");
    card()?.scrollIntoView({ block: "nearest" });
  }, true);
}

window.addEventListener("online", () => {
  if (card() && !card().hidden) tell("unknown", "back");
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-send-again]")) document.querySelector("[data-decision]").requestSubmit(pressed);
});

// Chosen by its key, "by rule and account" takes the focus to its first answer; the arrow keys between choices do not.
document.addEventListener("change", (event) => {
  if (event.target.value !== "each" || event.target === document.activeElement) return;
  document.querySelector(".each select")?.focus();
});
