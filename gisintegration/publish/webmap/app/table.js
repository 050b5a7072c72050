// The same figures as a table that can be sorted and filtered, and as files for Excel.

function makeTable(act) {
  const dialog = byId("gi-table");
  let sorted = { column: 3, down: true };
  let filter = "";
  const columns = [words.code, words.area, ...(kommunIndex >= 0 ? [words.kommun] : []), words.value, words.status];
  sorted.column = columns.indexOf(words.value);

  function lines(frame) {
    return editionOf(frame).codes.map((code, row) => {
      const one = cell(frame, row);
      return { row, code, one, cells: [code, nameOf(frame, row), ...(kommunIndex >= 0 ? [kommunOf(frame, row)] : []), isShown(one) ? withUnit(one.value) : "", one.uncertain ? words.estimated : data.status[one.status]] };
    });
  }

  function ordered(all) {
    const value = columns.indexOf(words.value);
    const way = sorted.down ? -1 : 1;
    return all.sort((a, b) => {
      if (sorted.column !== value) return way * collator.compare(a.cells[sorted.column], b.cells[sorted.column]) || collator.compare(a.code, b.code);
      // Areas without a figure come last, whichever way the column is sorted.
      return isShown(b.one) - isShown(a.one) || way * ((a.one.value || 0) - (b.one.value || 0)) || collator.compare(a.code, b.code);
    });
  }

  function body() {
    const wanted = plain(filter);
    const kept = ordered(lines(state.frame)).filter((line) => !wanted || plain(line.cells.join(" ")).includes(wanted));
    return h("tbody", {}, kept.map((line) => h("tr", { "data-code": line.code, class: line.code === state.selected ? "chosen" : null }, line.cells.map((text, i) => {
      if (i === 1) return h("th", { scope: "row" }, h("button", { type: "button", class: "link", onclick: () => { dialog.close(); act.choose(line.code); act.zoomTo(line.code); } }, text));
      return h("td", { class: columns[i] === words.value ? "figure" : null }, text);
    }))));
  }

  function head() {
    return h("thead", {}, h("tr", {}, columns.map((name, i) => h("th", { scope: "col", class: name === words.value ? "figure" : null, "aria-sort": i !== sorted.column ? "none" : sorted.down ? "descending" : "ascending" }, h("button", { type: "button", title: say(words.sort_by, { column: name }), onclick: () => sort(i) }, name, h("span", { class: "arrow", "aria-hidden": "true" }, i !== sorted.column ? "" : sorted.down ? "▼" : "▲"))))));
  }

  function sort(column) {
    sorted = { column, down: column === sorted.column ? !sorted.down : columns[column] === words.value };
    draw();
    dialog.querySelectorAll("thead button")[column].focus();
  }

  function draw() {
    const table = dialog.querySelector("table");
    table.replaceChildren(table.caption, head(), body());
  }

  function open() {
    const input = h("input", { type: "search", placeholder: words.table_filter, "aria-label": words.table_filter, value: filter, oninput: () => { filter = input.value; draw(); } });
    const close = h("button", { type: "button", class: "close", "aria-label": words.close, title: words.close, onclick: () => dialog.close() }, svg("svg", { viewBox: "0 0 20 20", "aria-hidden": "true" }, svg("path", { d: "M5 5l10 10M15 5 5 15" })));
    dialog.replaceChildren(
      h("div", { class: "table-head" }, h("h2", { id: "gi-table-title" }, say(words.table_title, { year: yearOf(state.frame) })), input, close),
      h("div", { class: "table-room", tabindex: 0, role: "region", "aria-labelledby": "gi-table-title" }, h("table", {}, h("caption", {}, `${data.title}, ${yearOf(state.frame)}. ${editionOf(state.frame).title}.`))),
    );
    draw();
    if (!dialog.open) dialog.showModal();
  }

  // For Excel with Swedish settings. A text that Excel would take for a formula gets an apostrophe.
  function csv(frames) {
    const heads = [words.indicator, words.division, words.edition, words.code, words.area, words.kommun, words.year, words.sex, words.value, words.unit, words.status, words.method, ...(anyEstimated ? [words.lower, words.upper, words.se, `${words.exact_share} (%)`] : []), words.policy, words.release];
    const numbers = new Set([heads.indexOf(words.value), ...[words.lower, words.upper, words.se].map((name) => heads.indexOf(name))]);
    const out = [heads];
    for (const frame of frames) {
      const edition = editionOf(frame);
      for (const { row, code, one } of lines(frame)) {
        const value = isShown(one) ? decimalComma(one.value) : "";
        out.push([data.title, data.level, edition.edition, code, edition.names[row], kommunOf(frame, row), String(yearOf(frame)), data.sex, value, data.unit, data.status[one.status], one.method || "", ...(anyEstimated ? sureness(one) : []), data.policies.join(" "), data.release]);
      }
    }
    const safe = (text, i) => (!numbers.has(i) && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text);
    const quoted = (text) => (/[";\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    return "\ufeff" + out.map((line) => line.map(safe).map(quoted).join(";")).join("\r\n") + "\r\n";
  }

  function sureness(one) {
    if (!isShown(one)) return ["", "", "", ""];
    return [...[one.lower, one.upper, one.se].map((value) => (value === null ? "" : decimalComma(value))), String(one.exact === null ? 100 : one.exact)];
  }

  function decimalComma(scaled) {
    const digits = String(Math.abs(scaled)).padStart(data.decimals + 1, "0");
    const whole = data.decimals ? `${digits.slice(0, -data.decimals)},${digits.slice(-data.decimals)}` : digits;
    return (scaled < 0 ? "-" : "") + whole;
  }

  const save = (name, frames) => download(`${data.file}_${name}.csv`, csv(frames), "text/csv;charset=utf-8");
  byId("gi-open-table").addEventListener("click", open);
  byId("gi-csv").addEventListener("click", () => save(yearOf(state.frame), [state.frame]));
  byId("gi-csv-all").addEventListener("click", () => save(`${yearOf(0)}-${yearOf(data.frames.length - 1)}`, data.frames.map((_, i) => i)));
  byId("gi-csv-all").hidden = data.frames.length < 2;
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  return { update: () => { byId("gi-csv").textContent = say(words.csv_year, { year: yearOf(state.frame) }); } };
}
