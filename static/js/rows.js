// Moving through a list by keyboard, and keeping it still under the hand while it changes.
const rows = () => [...document.querySelectorAll("[data-rows] > [data-row]")];
const doorOf = (row) => row.querySelector("[data-door]");

let current = null; // id of the row that was last focused

document.addEventListener("focusin", (event) => {
  const row = event.target.closest("[data-row]");
  if (!row) return;
  document.querySelectorAll("[data-row][data-selected]").forEach((one) => one.removeAttribute("data-selected"));
  row.setAttribute("data-selected", "");
  current = row.id;
});

// A button with data-move="1" or "-1" moves the focus one row down or up; Enter then presses what is focused.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-move]");
  if (!button) return;
  const all = rows();
  const at = all.findIndex((row) => row.id === current);
  const next = at < 0 ? 0 : Math.min(Math.max(at + Number(button.dataset.move), 0), all.length - 1);
  const door = all[next] && doorOf(all[next]);
  if (!door) return;
  door.focus({ focusVisible: true });
  all[next].scrollIntoView({ block: "nearest" });
});

// News arrive by poll. While the pointer is over the list or the focus in it, rows stay where they are: those that are
// still there get their new content, those that are gone are dimmed, and a bar offers the rest.
const isInUse = (list) => list.matches(":hover, :focus-within");

// What stands around the list may change its height: then the page scrolls by as much, and the row stays in its place.
function keepStill(list, change) {
  const row = list.querySelector("[data-row]:is(:hover, :focus-within)") || list;
  const before = row.getBoundingClientRect().top;
  change();
  window.scrollBy({ top: row.getBoundingClientRect().top - before, behavior: "instant" });
}

// The parts beside the list (counts, filters), and the poll itself, which then asks for what is newer than this.
function updateAround(list, news) {
  for (const fresh of news.querySelectorAll("[hx-swap-oob]")) {
    const old = document.getElementById(fresh.id);
    if (!old || old.contains(document.activeElement) || old.innerHTML === fresh.innerHTML) continue;
    old.innerHTML = fresh.innerHTML;
    window.htmx.process(old);
  }
  const poll = list.parentElement.querySelector(":scope > [data-poll]");
  const fresh = news.querySelector("[data-poll]");
  if (!poll || !fresh) return;
  poll.replaceWith(fresh);
  window.htmx.process(fresh);
}

function updateInPlace(list, news) {
  let gone = 0;
  for (const row of list.querySelectorAll("[data-row]")) {
    const fresh = news.querySelector(`#${CSS.escape(row.id)}`);
    row.toggleAttribute("data-gone", !fresh);
    gone += !fresh;
    if (fresh && !row.contains(document.activeElement) && row.innerHTML !== fresh.innerHTML) {
      row.innerHTML = fresh.innerHTML;
      window.htmx.process(row);
      row.dispatchEvent(new CustomEvent("renewed", { bubbles: true }));
    }
  }
  const known = new Set([...list.querySelectorAll("[data-row]")].map((row) => row.id));
  const came = [...news.querySelectorAll("[data-row]")].filter((row) => !known.has(row.id)).length;
  tell(list, came, gone);
}

function tell(list, came, gone) {
  const bar = list.querySelector("[data-changed]");
  if (!bar) return;
  const words = [came && `${came} new`, gone && `${gone} gone`].filter(Boolean).join(", ");
  bar.hidden = !words;
  bar.querySelector("[data-changed-words]").textContent = words;
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const { requestConfig, target, xhr } = event.detail;
  if (!requestConfig.elt.matches("[data-poll]") || xhr.status !== 200) return;
  const list = target.querySelector("[data-list]");
  if (!list || !isInUse(list)) return;
  event.detail.shouldSwap = false;
  const news = new DOMParser().parseFromString(event.detail.serverResponse, "text/html");
  keepStill(list, () => {
    updateInPlace(list, news);
    updateAround(list, news);
  });
});

// After a swap the row that was selected is so again, wherever it stands now.
document.addEventListener("htmx:afterSettle", () => {
  const row = current && document.getElementById(current);
  if (row && !document.querySelector("[data-row][data-selected]")) row.setAttribute("data-selected", "");
});
