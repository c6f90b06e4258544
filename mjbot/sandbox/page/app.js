/** The demo page: starts the parts, keeps the connection, and lets the times tick. */
import { startComposer } from "./composer.js";
import { openForm } from "./dialog.js";
import { byId, make, post } from "./dom.js";
import { configure, isJump, jump, toBottom, update } from "./messages.js";

const UNITS = [[31536000, "year"], [2592000, "month"], [86400, "day"], [3600, "hour"], [60, "minute"], [1, "second"]];
const DRIFT = 0.5; // seconds by which the clocks may differ before this page's is set

const person = sessionStorage.getItem("person") ?? "";
const page = await (await fetch(`/start?person=${person}`)).json();
const relative = new Intl.RelativeTimeFormat(page.language, { numeric: "auto" });
let ended = false;
let offset = null; // the time of the demo, less the time of this machine, in seconds

function setTime(now) {
  const difference = now - Date.now() / 1000;
  if (offset === null || Math.abs(difference - offset) > DRIFT) offset = difference;
}

/** Write "5 seconds ago" into the times of an element. */
function tick(root = document) {
  const now = Date.now() / 1000 + (offset ?? 0);
  for (const each of root.querySelectorAll("time[data-moment]")) {
    const seconds = Math.round(Number(each.dataset.moment) - now);
    const [size, unit] = UNITS.find(([length]) => Math.abs(seconds) >= length) ?? UNITS.at(-1);
    const text = relative.format(Math.trunc(seconds / size), unit);
    if (each.textContent !== text) each.textContent = text;
  }
}
setInterval(tick, 500);

/** Open the form of an answer, if it has one; returns what went wrong, "" if nothing did. */
function onAnswer(answer) {
  if (answer.modal) openForm(answer, page.person, page.texts, onAnswer);
  if (answer.away) return away();
  return answer.answered ? "" : page.texts.failed;
}
const away = () => (ended ? page.texts.ended : page.texts.lost);

const settings = {
  ...page, tick, onAnswer,
  onPress: async (message, control, values) => onAnswer(await post("/press", { person: page.person, message, control, values })),
};

document.title = page.texts.title;
byId("title").textContent = page.texts.title;
byId("channel").textContent = page.channel;
byId("topic").textContent = page.topic;
byId("note").textContent = page.texts.note;
byId("viewer-label").textContent = page.texts.viewer;
byId("viewer").append(...page.people.map((each) =>
  make("option", { value: each.id, selected: each.id === page.person }, each.name)));
byId("viewer").addEventListener("change", (event) => {
  sessionStorage.setItem("person", event.target.value);
  location.reload();
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (!link || !isJump(link.href)) return;
  event.preventDefault();
  if (!jump(link.href)) banner(page.texts.not_here, 4000);
});

let hiding = null;
function banner(text, milliseconds = 0) {
  clearTimeout(hiding);
  byId("banner").textContent = text;
  byId("banner").hidden = !text;
  if (milliseconds) hiding = setTimeout(() => banner(""), milliseconds);
}

configure(settings);
startComposer(settings);

const events = new EventSource(`/events?person=${page.person}`);
let first = true;
events.addEventListener("message", (event) => {
  const changes = JSON.parse(event.data);
  setTime(changes.now);
  ended = false;
  if (!changes.put) return;
  if (changes.all && !first) location.reload(); // the demo was started again, perhaps in another language
  const opening = first;
  first = false;
  update(changes).then(() => { if (opening) toBottom(); });
  banner("");
});
events.addEventListener("end", () => { ended = true; banner(page.texts.ended); });
events.addEventListener("error", () => banner(away()));
