/** The line at the bottom: slash commands with their options and suggestions, and plain lines.
 *
 * As in Discord, "/" lists the commands, Enter or a space picks one, Enter picks a suggestion, and Enter once more
 * sends. A whole line such as "/status ca" that is typed or pasted at once becomes the command too.
 */
import { byId, make, post } from "./dom.js";
import { uploaded } from "./dialog.js";
import { expectAnswer } from "./messages.js";
import { optionInput, problem, typedValue } from "./options.js";

const WAIT = 120; // ms after the last key before suggestions are asked for

/** Start the composer. ``page``: what /start has said, with `person` and `onAnswer(answer)`, which returns what went wrong. */
export function startComposer(page) {
  const input = byId("composer-input"), box = byId("command"), choices = byId("choices"), list = byId("choices-list");
  const texts = page.texts;
  let command = null; // {spec, fields: {name: {input, value}}}
  let items = [], active = 0, asked = 0, timer = null, loading = false, enters = 0, sending = false; // `enters`: how often Enter was pressed while suggestions load

  input.placeholder = texts.composer;
  byId("send").textContent = texts.send;

  function show(next, hint, choose) {
    items = next.map((each) => ({ ...each, choose }));
    active = 0;
    byId("choices-hint").textContent = hint;
    list.replaceChildren(...items.map((each, index) => {
      const option = make("li", { role: "option", data: { value: each.value } },
        make("strong", {}, each.name), each.about ? make("span", {}, each.about) : "");
      option.addEventListener("mousedown", (event) => { event.preventDefault(); pick(index); });
      return option;
    }));
    choices.hidden = !items.length && !hint;
    mark();
  }
  function hide() { items = []; list.replaceChildren(); choices.hidden = true; }
  function mark() {
    [...list.children].forEach((each, index) => each.setAttribute("aria-selected", String(index === active)));
    list.children[active]?.scrollIntoView({ block: "nearest" });
  }
  function pick(index) {
    const item = items[index];
    clearTimeout(timer); // suggestions that are still loading are for what was typed before
    asked += 1;
    loading = false;
    hide();
    item.choose(item);
  }
  function notice(text) {
    byId("notice").textContent = text;
    byId("notice").hidden = !text;
  }

  function enter(spec, rest = "") {
    hide();
    const fields = {};
    command = { spec, fields };
    box.replaceChildren(make("strong", {}, `/${spec.name}`));
    for (const option of spec.options) {
      const field = optionInput(option);
      fields[option.name] = { input: field, option, value: "" };
      field.addEventListener("input", () => {
        fields[option.name].value = typedValue(option, field.value);
        notice("");
        suggest(fields[option.name]);
      });
      field.addEventListener("focus", () => suggest(fields[option.name]));
      field.addEventListener("blur", hide);
      box.append(make("label", { className: option.required ? "" : "optional" }, option.name, field));
    }
    input.hidden = true;
    box.hidden = false;
    const first = Object.values(fields)[0];
    if (!first) return byId("send").focus();
    if (first.option.kind !== "file") first.input.value = first.value = rest;
    first.input.focus();
  }
  function leave() {
    command = null;
    clearTimeout(timer);
    asked += 1;
    hide();
    box.hidden = true;
    input.hidden = false;
    input.value = "";
    input.focus();
  }

  function suggest(field) {
    const { option } = field;
    const choose = (item) => {
      field.value = item.value;
      field.input.value = item.name;
      const next = Object.values(command.fields).find((each) => each.option.required && !each.value);
      if (next) next.input.focus();
    };
    clearTimeout(timer);
    const number = ++asked;
    loading = false;
    if (option.kind === "file") return hide();
    if (!option.suggests) {
      const typed = field.input.value.toLowerCase();
      const open = option.choices.filter((each) => each.name.toLowerCase().includes(typed) || each.value === field.value);
      return show(open, open.length ? texts.pick : "", choose);
    }
    loading = true;
    enters = 0;
    if (choices.hidden) show([], texts.loading, choose);
    timer = setTimeout(async () => {
      const options = Object.fromEntries(Object.values(command.fields).map((each) => [each.option.name, each.value]));
      const answer = await post("/command", { person: page.person, name: command.spec.name, options, focused: option.name });
      if (number !== asked || !command) return; // a later key has overtaken it
      loading = false;
      const found = (answer.choices ?? []).map((each) => ({ name: each.name, value: String(each.value) }));
      show(found, found.length ? texts.pick : answer.away ? page.onAnswer(answer) : texts.nothing, choose);
      if (enters && items.length) pick(0);
      if (enters > 1) submit();
    }, WAIT);
  }

  async function send() {
    const wrong = Object.values(command.fields).find(problem);
    if (wrong) {
      notice(problem(wrong));
      return wrong.input.focus();
    }
    if (sending) return;
    sending = true;
    byId("send").classList.add("busy");
    const fields = Object.values(command.fields), files = {};
    const options = Object.fromEntries(fields.map((each) => [each.option.name, each.value]));
    for (const { option, input: field } of fields) {
      if (option.kind === "file") files[option.name] = await uploaded(field.files);
    }
    const name = command.spec.name;
    leave();
    expectAnswer();
    const answer = await post("/command", { person: page.person, name, options, files });
    byId("send").classList.remove("busy");
    sending = false;
    notice(page.onAnswer(answer));
  }

  function typed() {
    notice("");
    const text = input.value;
    if (!text.startsWith("/")) return hide();
    const whole = page.commands.find((each) => text.toLowerCase().startsWith(`/${each.name} `));
    if (whole) return enter(whole, text.slice(whole.name.length + 2).trimStart());
    const word = text.slice(1).toLowerCase();
    const found = page.commands.filter((each) => each.name.includes(word));
    show(found.map((each) => ({ name: `/${each.name}`, value: each.name, about: each.about, spec: each })),
      found.length ? texts.commands : "", (item) => enter(item.spec));
  }

  input.addEventListener("input", typed);
  byId("composer").addEventListener("keydown", (event) => {
    if (event.isComposing) return; // an input method uses Enter and the arrows itself
    if (event.key === "Escape") return command ? leave() : hide();
    if (event.key === "Backspace" && command && event.target.value === "" && !event.target.validity.badInput) { event.preventDefault(); return leave(); }
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && items.length) {
      event.preventDefault();
      active = (active + (event.key === "ArrowDown" ? 1 : items.length - 1)) % items.length;
      return mark();
    }
    if (event.key === "Tab" && items.length && !event.shiftKey) { event.preventDefault(); return pick(active); }
    if (event.key !== "Enter" || event.target === byId("send")) return;
    event.preventDefault();
    if (loading) enters += 1; // the suggestions that are shown are for what was typed before
    else if (items.length) pick(active);
    else submit();
  });
  byId("composer").addEventListener("submit", (event) => { event.preventDefault(); submit(); });

  async function submit() {
    if (command) return send();
    const text = input.value.trim();
    if (!text) return;
    input.value = "";
    hide();
    expectAnswer();
    notice(page.onAnswer(await post("/line", { person: page.person, text })));
  }
  input.disabled = byId("send").disabled = false; // until now, Enter would have submitted the form and loaded the page again
  input.focus();
}
