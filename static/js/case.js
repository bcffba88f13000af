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
    if (isNewest) button.setAttribute("aria-keyshortcuts", "z");
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
