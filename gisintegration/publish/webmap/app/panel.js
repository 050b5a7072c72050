// The panel: the chosen area, its value in words, what it is compared with, and its history.

function makePanel(act) {
  const root = byId("gi-panel");

  const button = (text, action, kind) => h("button", { type: "button", class: kind || "quiet", onclick: action }, text);
  // Without what stands in brackets: there is little room beside a name.
  const short = (status) => data.status[status].replace(/ \(.*\)$/, "").toLowerCase();
  const chip = (one) => svg("svg", { class: "chip", viewBox: "0 0 18 18", "aria-hidden": "true" }, svg("rect", { width: 18, height: 18, rx: 3, fill: paint(keyOf(one), one.uncertain) }));

  function distance(from, to) {
    const difference = to.value - from.value;
    if (!difference) return words.equal;
    const n = figure(Math.abs(difference));
    const points = data.unit === "%";
    return say(difference < 0 ? (points ? words.points_above : words.above) : points ? words.points_below : words.below, { n });
  }

  function row(kind, name, one, note, action) {
    const inChart = data.comparable || kind === "selected" || kind === "pinned";
    return h("tr", { class: kind }, h("th", { scope: "row" }, h("div", { class: "named" }, inChart ? lineKey(kind) : null, action ? button(name, action, "link") : h("span", {}, name))), h("td", { class: "figure" }, isShown(one) ? withUnit(one.value) : h("span", { class: "state" }, short(one.status)), note ? h("span", { class: "note" }, note) : null));
  }

  function headOf(code, frame) {
    const known = knownFrame(code, frame);
    const at = rowOf(known, code);
    const parts = [editionOf(known).title, code, kommunOf(known, at)].filter((part, i, all) => part && all.indexOf(part) === i);
    return { name: nameOf(known, at), parts };
  }

  // What to say when the area is drawn as another, or not at all.
  function circumstances(code) {
    const at = rowOf(state.frame, code);
    if (at < 0) {
      const edition = editionOf(state.frame);
      const known = knownFrame(code, state.frame);
      const point = editionOf(known).points[rowOf(known, code)];
      const other = point ? act.areaAt(point) : -1;
      return h("p", { class: "aside" }, say(words.gone, { code, edition: edition.title }), " ", other >= 0 ? button(say(words.here_then, { name: `${edition.names[other]} (${edition.codes[other]})` }), () => act.choose(edition.codes[other]), "link") : null);
    }
    const edition = editionOf(state.frame);
    const members = membersOf(state.frame, at);
    if (members.length) {
      return h("div", { class: "aside" }, h("p", {}, words.remainder), h("ul", { class: "members" }, members.map((member) => h("li", {}, button(`${edition.names[member]} (${edition.codes[member]})`, () => act.choose(edition.codes[member]), "link"), h("span", { class: "figure" }, told(cell(state.frame, member)))))));
    }
    if (!edition.points[at]) {
      const holder = drawnRow(state.frame, at);
      return h("p", { class: "aside" }, say(words.not_drawn, { where: holder < 0 ? "–" : edition.names[holder] }));
    }
    return null;
  }

  function comparison(code, one) {
    const lines = [];
    if (state.pinned !== null && state.pinned !== code) {
      const other = cell(state.frame, rowOf(state.frame, state.pinned));
      const name = headOf(state.pinned, state.frame).name;
      lines.push(row("pinned", name, other, isShown(one) && isShown(other) ? distance(one, other) : "", () => act.swap()));
    }
    data.above.forEach((item, i) => {
      const known = knownFrame(code, state.frame);
      const name = nameAbove(i, code, state.frame);
      if (!name || ![...item.status].some((all) => /[sz]/.test(all))) return;
      const position = editionOf(known).above[i][rowOf(known, code)];
      const beside = { status: item.status[state.frame][position], value: item.values[state.frame][position] };
      lines.push(row(item.division === "kommun" ? "kommun" : "wider", name, beside, data.comparable && isShown(one) && isShown(beside) ? distance(one, beside) : ""));
    });
    return lines.length ? h("table", { class: "beside" }, h("caption", { class: "unseen" }, words.pinned), h("tbody", {}, isShown(one) ? row("selected", headOf(code, state.frame).name, one, "") : null, ...lines)) : null;
  }

  function seriesOf(code) {
    const list = [];
    // Beside the count of its kommun that of an area is a flat line.
    if (data.comparable) data.above.forEach((item, i) => list.unshift({ kind: item.division === "kommun" ? "kommun" : "wider", name: nameAbove(i, code, state.frame), stretches: aboveHistory(i, code).stretches }));
    if (state.pinned !== null && state.pinned !== code) list.push({ kind: "pinned", name: headOf(state.pinned, state.frame).name, stretches: areaHistory(state.pinned).stretches });
    list.push({ kind: "selected", name: headOf(code, state.frame).name, stretches: areaHistory(code).stretches });
    return list.filter((one) => one.stretches.length);
  }

  // What is probable before what is possible: bounds alone are often too wide to be of use.
  function uncertainty(one) {
    const between = (text, lower, upper) => (lower === null || upper === null ? [] : [say(text, { lower: withUnit(lower), upper: withUnit(upper) })]);
    return [
      ...between(words.probable, one.low, one.high),
      ...between(data.certain ? words.bounds_certain : words.bounds, one.lower, one.upper),
      one.exact ? say(words.exact, { n: one.exact }) : words.all_estimated,
    ];
  }

  function chosen(code) {
    const at = rowOf(state.frame, code);
    const one = cell(state.frame, at);
    const { name, parts } = headOf(code, state.frame);
    const shown = isShown(one);
    const facts = [];
    if (shown && one.status === "z") facts.push(data.status.z);
    if (one.uncertain) facts.push(...uncertainty(one));
    const ranged = shown && one.lower !== null && one.upper !== null && one.lower !== undefined && one.lower !== one.upper;
    if (ranged && !one.uncertain) facts.push(`${words.interval}: ${withUnit(one.lower)} – ${withUnit(one.upper)}`);
    if (shown) facts.push(say(one.uncertain ? words.rank_about : words.rank, rankOf(state.frame, at)));
    if (one.method) facts.push(`${words.method}: ${one.method}`);
    const chart = makeChart(seriesOf(code), act);
    const pinning = state.pinned === code;
    return [
      h("div", { class: "panel-head" }, h("div", {}, h("h2", {}, name), h("p", { class: "code" }, parts.join(" · "))), h("button", { type: "button", class: "close", "aria-label": words.close, title: words.close, onclick: () => act.choose(null) }, svg("svg", { viewBox: "0 0 20 20", "aria-hidden": "true" }, svg("path", { d: "M5 5l10 10M15 5 5 15" })))),
      h("div", { class: "reading" }, chip(one), h("p", { class: shown ? "big" : "big words" }, told(one)), h("p", { class: "when" }, String(yearOf(state.frame)))),
      circumstances(code),
      facts.length ? h("ul", { class: "facts" }, facts.map((fact) => h("li", {}, fact))) : null,
      h("div", { class: "panel-actions" }, state.pinned === null ? button(words.pin, () => act.pin(code)) : button(words.unpin, () => act.pin(null)), drawnRow(state.frame, at) >= 0 ? button(words.zoom_area, () => act.zoomTo(code)) : null),
      pinning ? h("p", { class: "aside", role: "status" }, words.pin_hint) : null,
      comparison(code, one),
      chart ? h("figure", { class: "over-time" }, h("figcaption", {}, words.history), chart, breakNotes(code)) : null,
    ];
  }

  function breakNotes(code) {
    const texts = [...new Set(data.breaks.map((item) => (item.kind === "edition" && keptBorders(code, item.frame) ? say(words.same_borders, { edition: data.editions[frameOf(item.frame).edition].title, year: yearOf(item.frame) }) : item.text)))];
    return texts.length ? h("ul", { class: "break-notes" }, texts.map((text) => h("li", {}, text))) : null;
  }

  function breakYears() {
    const years = [...new Set(data.breaks.map((item) => yearOf(item.frame)))];
    return years.length ? h("ul", { class: "break-notes" }, h("li", {}, `${words.break_short} ${years.join(", ")}`)) : null;
  }

  // Before anything is chosen: the region's own figure and its kommuner.
  function overview() {
    const wide = data.above.findIndex((item) => item.division !== "kommun");
    const parts = [];
    if (wide >= 0 && data.above[wide].codes.length === 1) {
      const item = data.above[wide];
      const one = { status: item.status[state.frame][0], value: item.values[state.frame][0] };
      const cells = data.frames.map((_, frame) => ({ status: item.status[frame][0], value: item.values[frame][0] }));
      const chart = makeChart([{ kind: "selected", name: item.names[0], stretches: history(cells, () => false) }], act);
      parts.push(h("div", { class: "panel-head" }, h("div", {}, h("h2", {}, item.names[0]))), h("div", { class: "reading" }, chip(one), h("p", { class: isShown(one) ? "big" : "big words" }, told(one)), h("p", { class: "when" }, String(yearOf(state.frame)))));
      if (chart) parts.push(h("figure", { class: "over-time" }, h("figcaption", {}, words.history), chart, breakYears()));
    }
    if (kommunIndex >= 0 && data.above[kommunIndex].codes.length <= 30) parts.push(bars(data.above[kommunIndex]));
    parts.unshift(h("p", { class: "start" }, words.start));
    return parts;
  }

  function bars(item) {
    const list = item.codes.map((code, i) => ({ code, name: item.names[i], one: { status: item.status[state.frame][i], value: item.values[state.frame][i] } }));
    if (!list.some(({ one }) => isShown(one))) return null;
    const known = list.filter(({ one }) => isShown(one)).map(({ one }) => one.value);
    const low = Math.min(...known), span = Math.max(...known) - low || 1;
    list.sort((a, b) => (isShown(b.one) - isShown(a.one)) || b.one.value - a.one.value || collator.compare(a.name, b.name));
    return h("div", { class: "kommuner" }, h("h3", {}, words.by_kommun), h("ol", {}, list.map(({ code, name, one }) => {
      const dot = h("span", { class: "kommun-dot" });
      dot.style.left = `${(100 * (one.value - low)) / span}%`;
      dot.style.background = paint(keyOf(one));
      return h("li", {}, h("button", { type: "button", class: "kommun-line", onclick: () => act.zoomToKommun(code) }, h("span", { class: "kommun-name" }, name), h("span", { class: "kommun-room", "aria-hidden": "true" }, isShown(one) ? dot : null), h("span", { class: "figure" }, told(one))));
    })));
  }

  let last = null;

  function update() {
    const focused = root.contains(document.activeElement);
    const content = state.selected === null ? overview() : chosen(state.selected);
    root.replaceChildren(...content.filter(Boolean));
    root.classList.toggle("chosen", state.selected !== null);
    if (last !== state.selected) root.scrollTop = 0;
    last = state.selected;
    if (focused) root.focus({ preventScroll: true });
  }

  return { update, root };
}
