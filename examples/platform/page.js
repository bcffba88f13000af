// Keeps the page up to date: replaces what has changed and says how many events are new. Without it the page reloads.

const EVERY_MS = 3000;
const NEWS = document.getElementById("news");

const countOf = (page) => Number(page.querySelector("[data-count]")?.dataset.count ?? 0);

const keepOpen = (from, to) => {
  for (const details of from.querySelectorAll("details[open]")) {
    to.querySelector(`#${CSS.escape(details.id)}`)?.setAttribute("open", "");
  }
};

const focusAgain = (focused, to) => {
  const details = focused?.closest("details");
  const place = details && to.querySelector(`#${CSS.escape(details.id)} ${focused.localName}`);
  place?.focus({ preventScroll: true });
};

const say = (news) => {
  if (news > 0) NEWS.textContent = news === 1 ? "1 new event." : `${news} new events.`;
};

// The page as the server last sent it: what a person has opened since is no change.
let shown = document.getElementById("main").innerHTML;
let away = false;

const update = async () => {
  const answer = await fetch("/");
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const [main, fresh] = [document.getElementById("main"), page.getElementById("main")];
  const sent = fresh.innerHTML;
  if (away) NEWS.textContent = "";
  away = false;
  if (sent !== shown) {
    say(countOf(page) - countOf(document));
    const focused = main.contains(document.activeElement) ? document.activeElement : null;
    keepOpen(main, fresh);
    main.replaceChildren(...fresh.childNodes);
    focusAgain(focused, main);
  }
  shown = sent;
};

const complain = () => {
  if (!away) NEWS.textContent = "The platform does not answer; trying again.";
  away = true;
};

const again = () =>
  update()
    .catch(complain)
    .finally(() => setTimeout(again, EVERY_MS));

again();
