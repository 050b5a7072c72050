// The legend: classes with their counts, a marker for the area pointed at and the chosen ones, and every other state.

function makeLegend(act) {
  const root = byId("gi-legend");
  const lines = new Map();
  const swatch = (key) => svg("svg", { class: "swatch", viewBox: "0 0 30 26", preserveAspectRatio: "none", "aria-hidden": "true" }, svg("rect", { width: 30, height: 26, fill: key === "e" ? paint(Math.floor((data.classes.labels.length - 1) / 2), true) : paint(key) }));

  function line(key, text) {
    const count = h("span", { class: "count" });
    const bar = h("span", { class: "bar" });
    const button = h("button", { type: "button", class: "line", "aria-pressed": "false", "data-key": key, onclick: () => act.highlight(key) }, swatch(key), h("span", { class: "label" }, text), h("span", { class: "amount", "aria-hidden": "true" }, bar), count);
    lines.set(key, { button, count, bar });
    return h("li", {}, button);
  }

  const classLines = data.classes.labels.map((text, klass) => line(klass, text)).reverse();
  const stateLines = [...(anyEstimated ? [line("e", words.estimated)] : []), ...statusesUsed.map((letter) => line(letter, data.status[letter]))];
  const marks = ["hover", "pinned", "selected"].map((kind) => [kind, svg("svg", { class: `mark ${kind}`, viewBox: "0 0 12 12", "aria-hidden": "true" }, svg("path", { d: "M1 1 11 6 1 11Z" }))]);
  const scaleList = h("ul", { class: "classes" }, classLines);
  root.append(
    h("h2", { class: "legend-head" }, h("span", {}, data.unit === "%" ? words.legend_percent : data.unit), h("span", { class: "count" }, words.legend_count)),
    scaleList,
    h("ul", { class: "states" }, stateLines),
    ...marks.map(([, mark]) => mark),
  );

  function place(mark, one) {
    const shown = one && isShown(one) && data.classes.edges.length;
    const key = one ? keyOf(one) : null;
    const host = one && lines.get(key);
    mark.classList.toggle("out", !host);
    if (!host) return;
    const { button } = host;
    let within = 0.5;
    if (shown) {
      const low = data.classes.edges[key], high = data.classes.edges[key + 1];
      within = high > low ? Math.min(Math.max((one.value / scale - low) / (high - low), 0.06), 0.94) : 0.5;
    }
    const top = button.getBoundingClientRect().top - root.getBoundingClientRect().top + root.scrollTop;
    mark.style.top = `${top + (1 - within) * button.offsetHeight}px`;
    mark.setAttribute("data-value", one.value === null ? "" : one.value);
  }

  function update() {
    const counts = countsOf(state.frame);
    const most = Math.max(1, ...data.classes.labels.map((_, klass) => counts.get(klass) || 0));
    lines.forEach(({ button, count, bar }, key) => {
      const number = counts.get(key) || 0;
      count.textContent = figure(number, 0);
      bar.style.width = typeof key === "number" ? `${(100 * number) / most}%` : "0";
      button.setAttribute("aria-pressed", String(state.klass === key));
      button.classList.toggle("empty", number === 0);
      button.title = words.legend_hint;
    });
    move();
  }

  function move() {
    const of = (code) => {
      const row = code === null ? -1 : rowOf(state.frame, code);
      return row < 0 ? null : cell(state.frame, row);
    };
    const cells = { hover: state.hover === null ? null : cell(state.frame, state.hover), pinned: of(state.pinned), selected: of(state.selected) };
    for (const [kind, mark] of marks) place(mark, cells[kind]);
  }

  return { update, move };
}
