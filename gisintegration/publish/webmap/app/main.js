// Everything together: what the reader does changes the state, and the state is what is shown and what the address says.

const MOST_FADING = 1500;

function start(map) {
  const element = map.getContainer();
  byId("gi-canvas").append(element);
  element.setAttribute("role", "application");
  element.setAttribute("aria-label", say(words.map_help, { title: data.title }));
  const accent = data.classes.colours[data.classes.colours.length - 2] || "#2b6e86";
  byId("gi").style.setProperty("--accent", accent);

  const act = {
    year(frame) {
      state.frame = frame;
      state.hover = null;
      redraw();
    },
    choose(code) {
      state.selected = code;
      if (state.selected === null) search.clear();
      chosen();
      if (state.selected !== null) announce(`${nameOf(state.frame, rowOf(state.frame, code))}: ${told(cell(state.frame, rowOf(state.frame, code)))}`);
      if (state.selected !== null && narrow.matches) panel.root.scrollIntoView({ block: "nearest", behavior: calm.matches ? "auto" : "smooth" });
    },
    toggle(code) {
      act.choose(code === state.selected ? null : code);
    },
    pin(code) {
      state.pinned = code;
      chosen();
    },
    swap() {
      [state.selected, state.pinned] = [state.pinned, state.selected];
      chosen();
    },
    hover(row, event) {
      const changed = row !== state.hover;
      state.hover = row;
      if (changed) {
        layers.outline();
        legend.move();
      }
      tip(row, event);
    },
    highlight(key) {
      state.klass = state.klass === key ? null : key;
      layers.repaint();
      legend.update();
    },
    zoomTo(code) {
      const bounds = layers.boundsOf(rowOf(state.frame, code));
      if (bounds) map.fitBounds(bounds.pad(1.2), { maxZoom: -3.5, animate: !calm.matches });
    },
    zoomToKommun(code) {
      const position = data.above[kommunIndex].codes.indexOf(code);
      const bounds = L.latLngBounds([]);
      editionOf(state.frame).above[kommunIndex].forEach((owner, row) => {
        const own = owner === position ? layers.boundsOf(row) : null;
        if (own) bounds.extend(own);
      });
      if (bounds.isValid()) map.fitBounds(bounds, { padding: [24, 24], animate: !calm.matches });
    },
    areaAt: (point) => layers.areaAt(point),
  };

  const layers = makeLayers(map, act);
  const legend = makeLegend(act);
  const time = makeTime(act);
  const panel = makePanel(act);
  const search = makeSearch(act);
  const table = makeTable(act);

  function tip(row, event) {
    const box = byId("gi-tip");
    box.hidden = row === null;
    if (row === null || !event) return;
    const one = cell(state.frame, row);
    const code = editionOf(state.frame).codes[row];
    if (box.dataset.code !== code || box.dataset.frame !== String(state.frame)) {
      box.dataset.code = code;
      box.dataset.frame = state.frame;
      box.replaceChildren(h("strong", {}, nameOf(state.frame, row)), h("span", { class: "tip-place" }, kommunOf(state.frame, row)), h("span", { class: isShown(one) ? "tip-value" : "tip-state" }, told(one)), ...(one.uncertain ? [h("span", { class: "tip-state" }, words.estimated)] : []));
    }
    const stage = byId("gi-stage").getBoundingClientRect();
    const x = event.clientX - stage.left, y = event.clientY - stage.top;
    box.style.left = `${Math.max(4, Math.min(x + 16, stage.width - box.offsetWidth - 8))}px`;
    box.style.top = `${y + 20 + box.offsetHeight > stage.height ? y - box.offsetHeight - 14 : y + 18}px`;
  }

  function redraw() {
    byId("gi-reference").textContent = say(data.reference, { year: yearOf(state.frame) });
    byId("gi-edition").textContent = editionOf(state.frame).title;
    layers.repaint();
    legend.update();
    time.update();
    panel.update();
    table.update();
    tip(null);
    remember();
  }

  function chosen() {
    layers.outline();
    legend.move();
    panel.update();
    remember();
  }

  // The address carries the year, the areas and the view, so that a link shows what its sender saw.
  let remembering = null;
  function remember() {
    clearTimeout(remembering);
    remembering = setTimeout(() => {
      const at = map.getCenter();
      const parts = [["year", yearOf(state.frame)], ["area", state.selected], ["with", state.pinned], ["view", [Math.round(at.lng), Math.round(at.lat), map.getZoom()].join(",")]];
      const hash = "#" + parts.filter(([, value]) => value !== null).map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
      if (hash !== location.hash) replaceAddress(hash);
    }, 120);
  }

  function replaceAddress(hash) {
    try {
      window.history.replaceState(null, "", hash);
    } catch {
      // Some browsers refuse this for files; the map works without it.
      return;
    }
  }

  function recall() {
    const given = new Map(location.hash.slice(1).split("&").map((part) => part.split("=").map((text) => { try { return decodeURIComponent(text); } catch { return ""; } })));
    const frame = data.frames.findIndex((one) => String(one.year) === given.get("year"));
    if (frame >= 0) state.frame = frame;
    const known = (code) => (code !== undefined && data.frames.some((_, i) => rowOf(i, code) >= 0) ? code : null);
    state.selected = known(given.get("area"));
    state.pinned = known(given.get("with"));
    const view = (given.get("view") || "").split(",").map(Number);
    return view.length === 3 && view.every(Number.isFinite) ? view : null;
  }

  // The legend stands over the map where there is room beside it.
  function showAll(animate) {
    const beside = !narrow.matches && map.getSize().x > 760 ? byId("gi-legend").offsetWidth + 16 : 0;
    map.fitBounds(layers.whole, { paddingTopLeft: [18 + beside, 18], paddingBottomRight: [18 + (beside ? 56 : 0), 18], animate });
  }
  byId("gi-in").addEventListener("click", () => map.zoomIn());
  byId("gi-out").addEventListener("click", () => map.zoomOut());
  byId("gi-all").addEventListener("click", () => showAll(!calm.matches));
  byId("gi-print").addEventListener("click", () => window.print());
  map.on("click", () => { if (state.selected !== null) act.choose(null); });
  map.on("moveend", remember);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && state.selected !== null && !byId("gi-table").open && event.target !== byId("gi-search")) act.choose(null);
  });
  window.addEventListener("hashchange", () => { const view = recall(); if (view) map.setView([view[1], view[0]], view[2], { animate: false }); redraw(); });
  // On paper the map shows what was on the screen, in the paper's own proportions.
  let before = null;
  function resize(printing) {
    const bounds = map.getBounds();
    byId("gi").classList.toggle("printing", printing);
    if (printing) before = [map.getCenter(), map.getZoom(), byId("gi-about").open];
    byId("gi-about").open = printing || before[2];
    map.invalidateSize({ animate: false });
    if (printing) map.fitBounds(bounds, { animate: false });
    else map.setView(before[0], before[1], { animate: false });
  }
  window.addEventListener("beforeprint", () => resize(true));
  window.addEventListener("afterprint", () => resize(false));
  new ResizeObserver(() => { map.invalidateSize({ animate: false }); legend.move(); }).observe(byId("gi-canvas"));
  L.control.scale({ imperial: false, position: "bottomright", maxWidth: 120 }).addTo(map);
  if (matchMedia("(pointer: coarse)").matches && narrow.matches) map.dragging.disable();

  const view = recall();
  map.invalidateSize({ animate: false });
  if (view) map.setView([view[1], view[0]], view[2], { animate: false });
  else showAll(false);
  map.setMaxBounds(layers.whole.pad(0.6));
  redraw();
  document.fonts.ready.then(() => { layers.placeNames(); legend.update(); });
  // Thousands of areas that fade at once would hold the slider up.
  if (Math.max(...data.editions.map((edition) => edition.codes.length)) <= MOST_FADING) byId("gi").classList.add("fading");
  byId("gi").classList.add("ready");
}
