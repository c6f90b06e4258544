/** Small helpers for building elements. */

/** Return an element by its id. */
export const byId = (id) => document.getElementById(id);

/** Build an element with properties and children; text is never read as HTML. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "data") Object.assign(element.dataset, value);
    else if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

/** Send a request of the visitor; returns the answer, `{answered: false}` without one, and `{away: true}` without a demo. */
export async function post(path, body) {
  try {
    const response = await fetch(path, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
    });
    return response.ok ? await response.json() : { answered: false };
  } catch {
    return { answered: false, away: true };
  }
}
