/** The messages of the channel.
 *
 * A message is redrawn by parts, and only the parts that have changed. A changed picture is loaded and decoded
 * before it takes the place of the old one, so a card never shows an empty frame and never jumps.
 */
import { byId, make } from "./dom.js";
import { markdown } from "./markdown.js";

const STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link" };
const PARTS = { head, content, embeds, files, components, foot };
const ANSWER = 5000; // ms in which the answer to what the visitor has done is expected
const JUMP = /^https:\/\/discord\.com\/channels\/[^/]+\/\d+\/(\d+)$/;

const shown = new Map(); // by id: {node, row, drawn: the JSON of each part, version}
const dismissed = new Set();
let page; // what /start has said, and what to do on a press

/** Set what the messages need: texts, names, the address of files, and `onPress(message, control, values)`, which
 * returns what went wrong. */
export function configure(settings) { page = settings; }

/** Show changed messages and remove others; all that are not among the changed ones if `all` is set. */
export async function update({ put, drop, all }) {
  const kept = new Set(put.map((row) => row.id));
  for (const id of all ? [...shown.keys()].filter((each) => !kept.has(each)) : drop) remove(id);
  await Promise.all(put.map(draw));
}

/** Bring a message into view; false if it is not here. */
export function jump(address) {
  const entry = shown.get(JUMP.exec(address)?.[1]);
  if (!entry) return false;
  entry.node.scrollIntoView({ block: "center" });
  entry.node.classList.remove("flash");
  void entry.node.offsetWidth; // restarts the animation
  entry.node.classList.add("flash");
  return true;
}

/** True if an address is that of a message. */
export const isJump = (address) => JUMP.test(address);

function remove(id) {
  shown.get(id)?.node.remove();
  shown.delete(id);
}

async function draw(row) {
  if (dismissed.has(row.id)) return;
  const entry = shown.get(row.id) ?? { node: null, drawn: {}, version: 0 };
  shown.set(row.id, entry);
  const version = ++entry.version;
  const changed = Object.entries(PARTS).filter(([name]) => entry.drawn[name] !== JSON.stringify(source(name, row)));
  const built = changed.map(([name, build]) => [name, build(row)]);
  await Promise.all(built.map(([, part]) => loaded(part)));
  if (version !== entry.version || shown.get(row.id) !== entry) return; // a newer one has overtaken it
  const bottom = followed || (!entry.node && performance.now() < expectedUntil);
  if (!entry.node) {
    entry.node = make("article", { className: "channel-message", id: `m-${row.id}` },
      Object.keys(PARTS).map((name) => make("div", { data: { part: name } })));
    place(entry.node, row.id);
  }
  const focused = document.activeElement?.dataset.control;
  for (const [name, part] of built) {
    partOf(entry.node, name).replaceChildren(...part);
    entry.drawn[name] = JSON.stringify(source(name, row));
  }
  if (focused && document.activeElement === document.body)
    entry.node.querySelector(`[data-control="${CSS.escape(focused)}"]`)?.focus();
  entry.node.classList.toggle("private", row.private);
  page.tick(entry.node);
  if (bottom) toBottom();
}

/** What a part is drawn from. */
function source(name, row) {
  if (name === "head") return [row.author, row.time, row.usedBy, row.command];
  if (name === "content") return [row.content, row.thinking];
  if (name === "foot") return row.private;
  if (name === "embeds") return [row.embeds, row.attachments];
  if (name === "files") return outside(row);
  return row[name];
}

const partOf = (node, name) => node.querySelector(`:scope > [data-part=${name}]`);

function place(node, id) {
  const list = byId("messages");
  const after = [...list.children].find((each) => BigInt(each.id.slice(2)) > BigInt(id));
  list.insertBefore(node, after ?? null);
}

/** Wait until the pictures of a part can be painted at once; a broken one is left out of its message. */
async function loaded(part) {
  const pictures = part.flatMap((each) => [...(each.querySelectorAll?.("img") ?? [])]);
  await Promise.all(pictures.map((each) => each.decode().catch(() => each.closest("a").remove())));
}

const timeline = byId("timeline");
let followed = true;
let expectedUntil = 0; // in ms; until then a new message is brought into view
let top = 0; // before the last scroll event
timeline.addEventListener("scroll", () => {
  const atBottom = timeline.scrollHeight - timeline.scrollTop - timeline.clientHeight < 60;
  // The event comes a frame late: if the channel has grown since, only a move upwards is the visitor's.
  if (atBottom || timeline.scrollTop < top) followed = atBottom;
  top = timeline.scrollTop;
});
const sizes = new ResizeObserver(() => { if (followed) toBottom(); });
sizes.observe(timeline);
sizes.observe(byId("messages")); // a video that loads late, too

/** Bring the next new message into view: the answer to what the visitor does now, perhaps far above it. */
export function expectAnswer() {
  expectedUntil = performance.now() + ANSWER;
}

/** Scroll to the newest message. */
export function toBottom() {
  timeline.scrollTop = timeline.scrollHeight;
  followed = true;
}

function head(row) {
  const time = new Date(row.time).toLocaleTimeString(page.language, { hour: "numeric", minute: "2-digit" });
  const used = row.command && page.texts.used.replace("{who}", row.usedBy).replace("{command}", `/${row.command}`);
  return [
    used ? make("p", { className: "used" }, used) : "",
    make("span", { className: `avatar ${row.bot ? "bot" : ""}`, ariaHidden: "true" }, [...row.author][0].toUpperCase()),
    make("strong", {}, row.author), row.bot ? make("span", { className: "tag" }, page.texts.bot) : "",
    make("span", { className: "time" }, time),
  ].filter(Boolean);
}

function content(row) {
  return row.thinking ? [make("em", { className: "thinking" }, page.texts.thinking)] : markdown(row.content, page.names);
}

/** The attachment that an embed names, if it is one. */
function attachment(row, url) {
  return row.attachments.find((each) => each.url === url || `attachment://${each.filename}` === url);
}

function address(url) {
  return url.startsWith(page.files) ? `/files${url.slice(page.files.length)}` : url;
}

function picture(row, media, className) {
  const file = attachment(row, media.url), url = address(file?.url ?? media.url);
  return make("a", { href: url, target: "_blank" }, make("img", { className, src: url, alt: file?.description ?? "" }));
}

function embeds(row) {
  return row.embeds.map((embed) => make("div", { className: "embed", style: `--bar:${bar(embed.color)}` },
    embed.author?.name ? make("p", { className: "embed-author" }, embed.author.name) : "",
    embed.title ? make("p", { className: "embed-title" }, embed.url
      ? make("a", { href: embed.url, target: "_blank" }, embed.title) : markdown(embed.title, page.names)) : "",
    embed.description ? make("div", { className: "embed-text" }, markdown(embed.description, page.names)) : "",
    (embed.fields ?? []).map((field) => make("div", { className: "embed-field" },
      make("strong", {}, field.name), make("div", {}, markdown(field.value, page.names)))),
    embed.image?.url ? picture(row, embed.image, "embed-image") : "",
    embed.thumbnail?.url ? picture(row, embed.thumbnail, "embed-thumbnail") : "",
    embed.footer?.text ? make("p", { className: "embed-foot" }, embed.footer.text) : ""));
}

const bar = (color) => (color ? `#${color.toString(16).padStart(6, "0")}` : "#4e5058");

/** The attachments that no embed shows. */
function outside(row) {
  const inside = row.embeds.flatMap((each) => [attachment(row, each.image?.url), attachment(row, each.thumbnail?.url)]);
  return row.attachments.filter((each) => !inside.includes(each));
}

function files(row) {
  return outside(row).map((each) => {
    const url = address(each.url);
    if (/\.(mp4|webm|mov)$/i.test(each.filename))
      return make("video", { src: url, controls: true, loop: true, muted: true, autoplay: true, playsInline: true });
    if (/\.(png|jpe?g|webp|gif)$/i.test(each.filename)) return picture(row, each, "attached");
    return make("a", { href: url, download: each.filename, className: "file" }, each.filename);
  });
}

function components(row) {
  return row.components.map((line) => make("div", { className: "row" }, line.components.map((each) =>
    each.type === 2 ? button(row, each) : menu(row, each))));
}

function labelled(component) {
  return [component.emoji?.name, component.label].filter(Boolean).join(" ");
}

function button(row, component) {
  const className = `button ${STYLES[component.style]}`;
  if (component.style === 5)
    return make("a", { className, href: component.url, target: "_blank", rel: "noreferrer" }, labelled(component), " ↗");
  const element = make("button", {
    className, type: "button", disabled: Boolean(component.disabled), data: { control: component.custom_id },
  }, labelled(component));
  element.addEventListener("click", () => pressed(row, element, []));
  return element;
}

function menu(row, component) {
  const first = make("option", { value: "", disabled: true, selected: true }, component.placeholder ?? page.texts.choose);
  const element = make("select", {
    className: "menu", disabled: Boolean(component.disabled), data: { control: component.custom_id },
    ariaLabel: component.placeholder ?? page.texts.choose,
  }, first, (component.options ?? []).map((each) => make("option", { value: each.value }, labelled(each))));
  element.addEventListener("change", async () => {
    await pressed(row, element, [element.value]);
    first.selected = true;
  });
  return element;
}

async function pressed(row, element, values) {
  if (element.classList.contains("busy")) return;
  element.classList.add("busy");
  expectAnswer();
  const failed = await page.onPress(row.id, element.dataset.control, values);
  element.classList.remove("busy");
  const node = shown.get(row.id)?.node;
  node?.querySelector(".failed")?.remove();
  if (node && failed) partOf(node, "foot").append(make("p", { className: "failed", role: "alert" }, failed));
}

function foot(row) {
  if (!row.private) return [];
  const dismiss = make("button", { className: "dismiss", type: "button" }, page.texts.dismiss);
  dismiss.addEventListener("click", () => { dismissed.add(row.id); remove(row.id); });
  return [make("p", { className: "only-you" }, page.texts.only_you, " · ", dismiss)];
}
