// Times that pass while a page is open: what is due, what counts down, toasts that go by themselves.
// The server's words stand in the page; this only keeps them true.
const TICK_MS = 1000;

const minutesLeft = (time) => Math.round((new Date(time.dateTime) - Date.now()) / 60000);

// The same words as moderation/domain/deadlines.py.
function timeLeft(minutes) {
  const sign = minutes < 0 ? "−" : "";
  const left = Math.abs(minutes);
  if (left < 60) return `${sign}${left} min`;
  if (left < 48 * 60) return `${sign}${Math.floor(left / 60)} h ${String(left % 60).padStart(2, "0")}`;
  return `${sign}${Math.floor(left / (24 * 60))} d`;
}

function tellDue(time) {
  const words = timeLeft(minutesLeft(time));
  const place = time.querySelector("[data-left]");
  if (place.textContent !== words) place.textContent = words;
  time.classList.toggle("late", new Date(time.dateTime) < Date.now());
}

// <time datetime=… data-countdown>: minutes and seconds, then the event "over" on the element, once. With data-warn=N
// the event "ending" comes before it, once, when N seconds are left.
function countDown(time) {
  const seconds = Math.max(0, Math.ceil((new Date(time.dateTime) - Date.now()) / 1000));
  time.textContent = seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  if (seconds <= Number(time.dataset.warn) && !time.hasAttribute("data-ending")) {
    time.setAttribute("data-ending", "");
    time.dispatchEvent(new CustomEvent("ending", { bubbles: true, detail: { seconds } }));
  }
  if (seconds > 0 || time.hasAttribute("data-over")) return;
  time.setAttribute("data-over", "");
  time.dispatchEvent(new CustomEvent("over", { bubbles: true }));
}

// A toast waits while it is pointed at or holds the focus; it never takes the focus with it.
function age(toast) {
  if (toast.matches(":hover, :focus-within")) return;
  toast.dataset.seconds -= TICK_MS / 1000;
  if (toast.dataset.seconds <= 0) toast.remove();
}

setInterval(() => {
  document.querySelectorAll("time[data-due]").forEach(tellDue);
  document.querySelectorAll("time[data-countdown]").forEach(countDown);
  document.querySelectorAll(".toast[data-seconds]").forEach(age);
}, TICK_MS);

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-dismisses]");
  if (button) button.closest(button.dataset.dismisses).remove();
});
