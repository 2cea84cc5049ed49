// Finds pieces of pages while somebody types. Everything is in the page's own files; nothing is asked of a server.
/* global MiniSearch, searchData */
const shownMax = 12;
const contextMax = 120;

const field = document.getElementById("search");
const list = document.getElementById("found");
/** The pages lie below the folder that this script's folder lies in. */
const root = new URL("../", document.currentScript.src);
let index;

function openIndex() {
  const fields = ["heading", "page", "text"];
  const made = new MiniSearch({ fields, idField: "href", storeFields: ["href", ...fields] });
  made.addAll(searchData);
  return made;
}

/** Whole words around the first one that was looked for. */
function contextOf({ text, terms }) {
  const at = Math.max(0, text.toLowerCase().indexOf(terms[0]) - contextMax / 3);
  const shown = text.slice(at, at + contextMax);
  return at === 0 ? shown : shown.replace(/^\S*/, "…");
}

function rowOf(found) {
  const row = document.createElement("li");
  const link = document.createElement("a");
  link.href = new URL(found.href, root);
  const title = document.createElement("strong");
  title.textContent = found.heading === found.page ? found.page : `${found.page} › ${found.heading}`;
  const context = document.createElement("span");
  context.textContent = contextOf(found);
  link.append(title, context);
  row.append(link);
  return row;
}

function search() {
  index ??= openIndex();
  const options = { prefix: true, fuzzy: 0.15, combineWith: "AND", boost: { heading: 4, page: 2 } };
  const found = field.value.trim() === "" ? [] : index.search(field.value, options).slice(0, shownMax);
  list.replaceChildren(...found.map(rowOf));
  list.hidden = found.length === 0;
}

field.addEventListener("input", search);
field.addEventListener("focus", search);
field.addEventListener("keydown", ({ key }) => {
  if (key === "Enter") list.querySelector("a")?.click();
  if (key === "ArrowDown") list.querySelector("a")?.focus();
});
list.addEventListener("keydown", (event) => {
  const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
  if (step === undefined) return;
  event.preventDefault();
  (document.activeElement.parentElement[step]?.firstElementChild ?? field).focus();
});
addEventListener("keydown", (event) => {
  if (event.key === "Escape") list.hidden = true;
  if (event.key !== "/" || document.activeElement === field) return;
  event.preventDefault();
  field.focus();
});
addEventListener("click", ({ target }) => {
  if (!target.closest("search")) list.hidden = true;
});
