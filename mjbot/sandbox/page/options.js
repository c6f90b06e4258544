/** The fields of a command's options, and what Discord would not send of them. */
import { make } from "./dom.js";

/** Return the input of an option. */
export function optionInput(option) {
  const common = { className: "command-option-input", ariaLabel: option.name, title: option.about };
  if (option.kind === "file") return make("input", { ...common, type: "file" });
  if (option.kind !== "whole" && option.kind !== "number") return make("input", { ...common, type: "text" });
  const step = option.kind === "whole" ? 1 : "any";
  return make("input", { ...common, type: "number", min: option.least, max: option.most, step });
}

/** Return the value of what was typed: that of a choice whose name it is, or the text itself. */
export function typedValue(option, text) {
  const same = (each) => each.name.toLowerCase() === text.trim().toLowerCase();
  return option.choices.find(same)?.value ?? text;
}

/** Return what is wrong with the value of an option, "" if nothing is. */
export function problem({ option, input, value }) {
  if (!value && !input.validity.badInput) return option.required ? option.missing : ""; // a letter leaves a number empty
  return fits(option, input, value) ? "" : option.rule;
}

function fits(option, input, value) {
  if (option.kind === "listed") return option.choices.some((each) => each.value === value);
  const length = [...value].length;
  return option.kind === "text" ? length >= option.least && length <= option.most : input.validity.valid;
}
