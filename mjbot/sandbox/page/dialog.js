/** The forms that the bot opens. */
import { byId, make, post } from "./dom.js";
import { expectAnswer } from "./messages.js";

const PARAGRAPH = 2, SELECT = 3, TEXT = 4, UPLOAD = 19;

/** Show a form until it is submitted or closed. ``onAnswer(answer)`` returns what went wrong. */
export function openForm({ modal, interaction }, person, texts, onAnswer) {
  const dialog = byId("dialog");
  const failed = make("p", { className: "failed", role: "alert", hidden: true });
  const cancel = make("button", { className: "button secondary", type: "button" }, texts.cancel);
  const form = make("form", { method: "dialog" },
    make("h2", {}, modal.title),
    modal.components.map((label) => make("label", {}, make("span", {}, label.label),
      label.description ? make("small", {}, label.description) : "", field(label.component))),
    failed,
    make("div", { className: "row end" }, cancel, make("button", { className: "button primary" }, texts.submit)));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    expectAnswer();
    const answer = await post("/form", { person, interaction, ...await filled(form) });
    failed.textContent = onAnswer(answer);
    failed.hidden = !failed.textContent;
    if (failed.hidden) dialog.close();
  });
  cancel.addEventListener("click", () => dialog.close());
  dialog.replaceChildren(form);
  if (!dialog.open) dialog.showModal();
  form.querySelector("textarea, input")?.focus();
}

function field(component) {
  const common = { name: component.custom_id, required: component.required !== false };
  if (component.type === UPLOAD) return make("input", { ...common, type: "file", multiple: component.max_values > 1 });
  if (component.type === SELECT) return make("select", common, component.options.map((each) =>
    make("option", { value: each.value, selected: Boolean(each.default) }, each.label)));
  const long = component.type === TEXT && component.style === PARAGRAPH;
  return make(long ? "textarea" : "input", {
    ...common, value: component.value ?? "", maxLength: component.max_length ?? 4000, placeholder: component.placeholder ?? "",
  });
}

async function filled(form) {
  const values = {}, files = {};
  for (const each of form.elements) {
    if (!each.name) continue;
    if (each.type !== "file") values[each.name] = each.value;
    else files[each.name] = await uploaded(each.files);
  }
  return { values, files };
}

/** Return the files of a field as the server takes them. */
export function uploaded(files) {
  return Promise.all([...files].map(async (file) => ({ name: file.name, data: await base64(file) })));
}

function base64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.split(",")[1]);
    reader.onerror = reject;
    reader.readAsDataURL(file);
  });
}
