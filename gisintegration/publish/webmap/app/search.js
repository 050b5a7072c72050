// Search by name, kommun or code: a combobox that finds areas of the year shown, with or without a polygon.

const MOST_FOUND = 12;

function makeSearch(act) {
  const input = byId("gi-search"), list = byId("gi-found"), count = byId("gi-found-count");
  let found = [], active = -1;

  function matches(text) {
    const parts = plain(text).split(/\s+/).filter(Boolean);
    if (!parts.length) return [];
    const edition = editionOf(state.frame);
    const scored = [];
    edition.codes.forEach((code, row) => {
      const name = plain(edition.names[row]), whole = `${name} ${plain(kommunOf(state.frame, row))} ${plain(code)}`;
      if (!parts.every((part) => whole.includes(part))) return;
      const first = parts[0];
      scored.push([plain(code) === first ? 0 : plain(code).startsWith(first) || name.split(/[ ·(-]+/).some((word) => word.startsWith(first)) ? 1 : 2, row]);
    });
    return scored.sort((a, b) => a[0] - b[0] || collator.compare(edition.names[a[1]], edition.names[b[1]])).map(([, row]) => row);
  }

  function show() {
    const all = matches(input.value);
    const edition = editionOf(state.frame);
    found = all.slice(0, MOST_FOUND);
    active = -1;
    list.replaceChildren(...found.map((row, i) => h("li", { role: "option", id: `gi-found-${i}`, "aria-selected": "false", onmousedown: (event) => { event.preventDefault(); choose(i); } }, h("span", { class: "found-name" }, edition.names[row]), h("span", { class: "found-code" }, [kommunOf(state.frame, row), edition.codes[row]].filter(Boolean).join(" · ")))));
    const asked = input.value.trim() !== "";
    if (asked && !found.length) list.replaceChildren(h("li", { class: "nothing", role: "presentation" }, words.search_none));
    list.hidden = !asked;
    input.setAttribute("aria-expanded", String(asked));
    input.removeAttribute("aria-activedescendant");
    count.textContent = asked ? (found.length ? say(words.search_count, { n: all.length }) : words.search_none) : "";
  }

  function hide() {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    count.textContent = "";
  }

  function choose(i) {
    const row = found[i];
    if (row === undefined) return;
    const code = editionOf(state.frame).codes[row];
    input.value = editionOf(state.frame).names[row];
    hide();
    act.choose(code);
    act.zoomTo(code);
  }

  function move(step) {
    if (list.hidden) show();
    if (!found.length) return;
    active = (active + step + found.length) % found.length;
    [...list.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === active)));
    input.setAttribute("aria-activedescendant", `gi-found-${active}`);
    list.children[active].scrollIntoView({ block: "nearest" });
  }

  input.addEventListener("input", show);
  input.addEventListener("focus", () => input.select());
  input.addEventListener("blur", hide);
  input.addEventListener("keydown", (event) => {
    const action = { ArrowDown: () => move(1), ArrowUp: () => move(-1), Enter: () => choose(Math.max(active, 0)), Escape: () => { input.value = ""; hide(); } }[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
  return { clear: () => { input.value = ""; hide(); } };
}
