// Single-key shortcuts. They are declared by aria-keyshortcuts on the element they press, and nowhere else.
// Which key that is, the server knows: everybody may choose their own. Dead while somebody types, while a dialog or
// menu is open, and when switched off: by data-keys-off on the page, or on the sheet, which tells the server.
const MODIFIERS = ["Control", "Alt", "Shift", "Meta"];

const isOn = () => !document.documentElement.hasAttribute("data-keys-off");
const isTyping = (element) =>
  element.isContentEditable || element.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit])");
const somethingIsOpen = () => document.querySelector("dialog[open], [popover]:popover-open") !== null;

function matches(shortcut, event) {
  const parts = shortcut.split("+");
  const key = parts.pop() || "+";
  const wanted = (modifier) => parts.includes(modifier);
  if (wanted("Control") !== (event.ctrlKey || event.metaKey) || wanted("Alt") !== event.altKey) return false;
  // Digits by their place: with Shift, and on some keyboards without, the same key writes something else.
  if (/^\d$/.test(key) && event.code) return event.code.replace(/^(Digit|Numpad)/, "") === key && wanted("Shift") === event.shiftKey;
  const isLetter = key.length === 1 && key.toLowerCase() !== key.toUpperCase();
  if ((isLetter || key.length > 1) && wanted("Shift") !== event.shiftKey) return false;
  return event.key.toLowerCase() === key.toLowerCase();
}

const shortcutsOf = (element) => element.getAttribute("aria-keyshortcuts").split(" ").filter(Boolean);
const isPressable = (element) => !element.disabled && !element.closest("[hidden], [inert], dialog");
const pressable = () => [...document.querySelectorAll("[aria-keyshortcuts]")].filter(isPressable);

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || somethingIsOpen()) return;
  const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
  if (plain && (!isOn() || isTyping(event.target))) return;
  const element = pressable().find((one) => shortcutsOf(one).some((shortcut) => matches(shortcut, event)));
  if (!element || (event.repeat && !element.hasAttribute("data-repeats"))) return;
  event.preventDefault();
  if (isTyping(element)) element.focus();
  else element.click();
});

const labelOf = (element) => {
  if (element.getAttribute("aria-label")) return element.getAttribute("aria-label");
  const copy = (element.labels?.[0] || element).cloneNode(true);
  copy.querySelectorAll("kbd, small, .count").forEach((part) => part.remove());
  const words = copy.textContent.trim().replace(/\s+/g, " ") || element.title;
  return words.charAt(0).toUpperCase() + words.slice(1);
};

function keysOf(shortcut) {
  const names = shortcut.split("+").map((name) => (MODIFIERS.includes(name) ? { Control: "Ctrl" }[name] || name : name));
  return names.map((name) => Object.assign(document.createElement("kbd"), { textContent: name }));
}

function fillSheet(sheet) {
  const list = sheet.querySelector("[data-keys-list]");
  const seen = new Set();
  list.replaceChildren();
  for (const element of [...pressable(), ...document.querySelectorAll("[data-key]")]) {
    const said = element.getAttribute("aria-keyshortcuts") || element.dataset.key; // data-key: what the browser does
    if (seen.has(said)) continue;
    seen.add(said);
    const keys = document.createElement("dt");
    said.split(" ").forEach((shortcut) => keys.append(...keysOf(shortcut), " "));
    list.append(keys, Object.assign(document.createElement("dd"), { textContent: labelOf(element) }));
  }
  sheet.querySelector("[data-keys-switch]").checked = isOn();
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (!opener) return;
  const dialog = document.getElementById(opener.dataset.opens);
  if (dialog.id === "keys-sheet") fillSheet(dialog);
  dialog.showModal();
});

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-keys-switch]")) return;
  document.documentElement.toggleAttribute("data-keys-off", !event.target.checked);
});
