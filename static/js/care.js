// What a person has uncovered stays so while the page changes under it; a word about a break is read aloud.
const covers = () => [...document.querySelectorAll("[data-uncovers]")];
let uncovered = new Set(); // ids of the ticked boxes; forgotten with the page

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-uncovers]")) return;
  if (event.target.checked) uncovered.add(event.target.id);
  else uncovered.delete(event.target.id);
});

function uncoverAgain(event) {
  if (event.detail?.target?.id === "main" || event.detail?.elt?.id === "main") uncovered = new Set();
  covers().forEach((box) => { box.checked = uncovered.has(box.id); });
}
document.addEventListener("htmx:afterSettle", uncoverAgain);
document.addEventListener("renewed", uncoverAgain); // a row that got its new content where it stood

// On a page that is loaded whole nothing is announced by itself; after a change by htmx live.js says it with the title.
const word = document.querySelector("[data-pause] p");
if (word) document.getElementById("announce").textContent = word.textContent;

// The card goes when it is dismissed, and the focus must not go with it.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.matches("[data-pause]")) document.getElementById("main").focus({ preventScroll: true });
});
