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
  if (box.scrollHeight > box.clientHeight && findings(box).length) show(box, findings(box)[0]);
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-next-finding]")) return;
  event.preventDefault();
  const box = document.querySelector(".transcript");
  const all = findings(box);
  const at = all.findIndex((line) => line.hasAttribute("data-current"));
  const next = all[(at + 1) % all.length];
  all.forEach((line) => line.toggleAttribute("data-current", line === next));
  if (box.scrollHeight > box.clientHeight) show(box, next);
  else next.scrollIntoView({ block: "center" });
  next.focus({ preventScroll: true });
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
document.addEventListener("htmx:afterSettle", begin);
begin();
