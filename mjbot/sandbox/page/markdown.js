/** Discord's markdown, as far as the bot and the guide use it. */
import { make } from "./dom.js";

const INLINE = new RegExp([
  /\\(?<escaped>[^\w\s])/, /`(?<code>[^`]+)`/, /\*\*(?<bold>.+?)\*\*/, /__(?<under>.+?)__/, /~~(?<struck>.+?)~~/,
  /\*(?<star>[^*\s](?:[^*]*[^*\s])?)\*/, /\b_(?<italic>[^_]+)_\b/, /\[(?<label>[^\]]+)\]\(<?(?<target>https?:[^)\s>]+)>?\)/,
  /<t:(?<moment>-?\d+)(?::[a-zA-Z])?>/, /<(?<mention>[@#][!&]?\d+)>/, /<\/(?<slash>[^:>]+):\d+>/,
  /<?(?<bare>https?:\/\/[^\s<>)]+)>?/,
].map((each) => each.source).join("|"), "gs");

const MESSAGE = /^https:\/\/discord\.com\/channels\/\d+\/(\d+)\/\d+$/;
const TAGS = { bold: "strong", under: "u", struck: "s", star: "em", italic: "em" };

/** Return the nodes of a text. ``names``: the names of people, roles and channels, by mention. */
export function markdown(text, names) {
  const nodes = [];
  let list = null, quote = null;
  for (const [index, line] of String(text ?? "").split("\n").entries()) {
    const [, mark, rest] = /^(>(?= )|-#(?= )|#{1,3}(?= )|-(?= )|\d+\.(?= ))? ?(.*)$/s.exec(line);
    const quoted = mark === ">", listed = mark === "-" || /^\d/.test(mark ?? "");
    if (!quoted) quote = null;
    if (!listed) list = null;
    if (quoted) {
      if (quote) quote.append("\n");
      else nodes.push(quote = make("blockquote"));
      quote.append(...inline(rest, names));
    } else if (listed) {
      if (!list) nodes.push(list = make(mark === "-" ? "ul" : "ol"));
      list.append(make("li", {}, inline(rest, names)));
    } else if (mark === "-#") nodes.push(make("small", {}, inline(rest, names)));
    else if (mark) nodes.push(make("h3", {}, inline(rest, names)));
    else {
      const last = nodes.at(-1);
      if (index && (!last || last.nodeName === "SPAN")) nodes.push(document.createTextNode("\n"));
      nodes.push(make("span", {}, inline(line, names)));
    }
  }
  return nodes;
}

function inline(text, names) {
  const nodes = [];
  let end = 0;
  for (const found of text.matchAll(INLINE)) {
    nodes.push(text.slice(end, found.index), element(found.groups, names));
    end = found.index + found[0].length;
  }
  nodes.push(text.slice(end));
  return nodes;
}

function element(groups, names) {
  const [kind, value] = Object.entries(groups).find(([, each]) => each !== undefined);
  if (kind === "escaped") return value;
  if (kind === "code") return make("code", {}, value);
  if (kind === "label") return link(groups.target, inline(value, names));
  if (kind === "bare") return bare(value, names);
  if (kind === "moment") return make("time", { data: { moment: value } });
  if (kind === "mention") return make("span", { className: "mention" }, `${value[0]}${names[value.replace("!", "")] ?? value}`);
  if (kind === "slash") return make("span", { className: "mention" }, `/${value}`);
  return make(TAGS[kind], {}, inline(value, names));
}

/** A link without a text: one to a message is named by its channel, as in Discord. */
function bare(target, names) {
  const channel = names[`#${MESSAGE.exec(target)?.[1]}`];
  if (!channel) return link(target, [target]);
  const node = link(target, [`#${channel} › 💬`]);
  node.className = "mention";
  return node;
}

function link(target, children) {
  return make("a", { href: target, target: "_blank", rel: "noreferrer" }, children);
}
