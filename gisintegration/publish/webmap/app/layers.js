// What is on the map: areas, borders of kommuner, their names, and the outlines of chosen areas.

// A class and hairlines over it, dark on white so that they are seen on light and dark classes alike.
function addEstimatedPatterns() {
  const room = document.querySelector(".patterns defs");
  data.classes.colours.forEach((colour, klass) => {
    room.append(svg("pattern", { id: `gi-e-${klass}`, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(-45)" },
      svg("rect", { width: 6, height: 6, fill: colour }), svg("rect", { x: 2, width: 2, height: 6, fill: "#ffffff", opacity: 0.55 }), svg("rect", { x: 2.6, width: 0.8, height: 6, fill: "#14212b", opacity: 0.55 })));
  });
}

function makeLayers(map, act) {
  if (anyEstimated) addEstimatedPatterns();
  for (const [name, level] of [["areas", 400], ["borders", 410], ["chosen", 420], ["names", 430]]) {
    map.createPane(name).style.zIndex = level;
  }
  const renderers = Object.fromEntries(["areas", "borders", "chosen"].map((pane) => [pane, L.svg({ pane, padding: 0.6 })]));
  const built = data.editions.map(() => null);
  const outlines = L.layerGroup().addTo(map);
  let shown = -1;

  function build(position) {
    if (built[position]) return built[position];
    const { topology } = data.editions[position];
    const object = topology.objects.areas;
    const areas = new Map();
    const group = L.featureGroup();
    for (const geometry of object.geometries) {
      const coordinates = topojson.feature(topology, geometry).geometry;
      const parts = coordinates.type === "Polygon" ? [coordinates.coordinates] : coordinates.coordinates;
      const ring = (points) => points.map(([x, y]) => [y, x]);
      const polygon = L.polygon(parts.map((part) => part.map(ring)), {
        renderer: renderers.areas, pane: "areas", className: "area", color: "#ffffff", weight: 0.6, opacity: 0.75, fillOpacity: 1, smoothFactor: 0.6,
      });
      polygon.row = geometry.id;
      areas.set(geometry.id, polygon);
      group.addLayer(polygon);
    }
    const above = kommunIndex >= 0 ? data.editions[position].above[kommunIndex] : null;
    const lines = (filter) => topojson.mesh(topology, object, filter).coordinates.map((line) => line.map(([x, y]) => [y, x]));
    const borders = L.layerGroup([
      L.polyline(lines((a, b) => a === b), { renderer: renderers.borders, pane: "borders", interactive: false, color: "#4a5a66", weight: 0.9, opacity: 0.65, smoothFactor: 0.6 }),
      ...(above ? [L.polyline(lines((a, b) => a !== b && above[a.id] !== above[b.id]), { renderer: renderers.borders, pane: "borders", interactive: false, color: "#22313c", weight: 1.1, opacity: 0.8, smoothFactor: 0.6 })] : []),
    ]);
    group.on("mousemove", (event) => act.hover(event.propagatedFrom.row, event.originalEvent));
    group.on("mouseout", () => act.hover(null));
    group.on("click", (event) => {
      L.DomEvent.stopPropagation(event);
      act.toggle(data.editions[position].codes[event.propagatedFrom.row]);
    });
    return (built[position] = { group, borders, areas });
  }

  function repaint() {
    const position = frameOf(state.frame).edition;
    const now = build(position);
    if (position !== shown) {
      if (shown >= 0) {
        built[shown].group.remove();
        built[shown].borders.remove();
      }
      now.group.addTo(map);
      now.borders.addTo(map);
      now.areas.forEach((polygon, row) => {
        polygon.key = null;
        polygon.getElement().setAttribute("data-code", data.editions[position].codes[row]);
      });
      shown = position;
    }
    now.areas.forEach((polygon, row) => {
      const one = cell(state.frame, row);
      const key = keyOf(one);
      const dimmed = state.klass !== null && state.klass !== key && !(state.klass === "e" && one.uncertain);
      // Thousands of areas: only what changed is touched.
      if (polygon.key === key && polygon.dimmed === dimmed && polygon.uncertain === one.uncertain) return;
      [polygon.key, polygon.dimmed, polygon.uncertain] = [key, dimmed, one.uncertain];
      const element = polygon.getElement();
      element.setAttribute("fill", paint(key, one.uncertain));
      element.setAttribute("data-key", key);
      element.classList.toggle("dimmed", dimmed);
      element.classList.toggle("patterned", typeof key !== "number" || one.uncertain);
    });
    outline();
  }

  function ringsOf(row) {
    const polygon = row < 0 ? null : build(frameOf(state.frame).edition).areas.get(row);
    return polygon ? polygon.getLatLngs() : null;
  }

  function outline() {
    outlines.clearLayers();
    const draw = (rings, options) => {
      if (rings) outlines.addLayer(L.polygon(rings, { renderer: renderers.chosen, pane: "chosen", interactive: false, fill: false, smoothFactor: 0.6, lineJoin: "round", ...options }));
    };
    const chosen = (code) => (code === null ? null : ringsOf(drawnRow(state.frame, rowOf(state.frame, code))));
    const pinned = chosen(state.pinned), selected = chosen(state.selected);
    if (state.hover !== null) draw(ringsOf(state.hover), { color: "#14212b", weight: 1.6, className: "hovered" });
    draw(pinned, { color: "#ffffff", weight: 6 });
    draw(pinned, { color: "#a8430b", weight: 2.8, dashArray: "6 4", className: "pinned" });
    draw(selected, { color: "#ffffff", weight: 6 });
    draw(selected, { color: "#14212b", weight: 2.8, className: "selected" });
  }

  function boundsOf(row) {
    const rings = ringsOf(drawnRow(state.frame, row));
    return rings ? L.latLngBounds(rings.flat(3)) : null;
  }

  // The area of the edition shown that holds a point.
  function areaAt(point) {
    const [x, y] = point;
    for (const [row, polygon] of build(frameOf(state.frame).edition).areas) {
      if (!polygon.getBounds().contains([y, x])) continue;
      let inside = false;
      for (const ring of polygon.getLatLngs().flat()) {
        for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
          const a = ring[i], b = ring[j];
          if (a.lat > y !== b.lat > y && x < ((b.lng - a.lng) * (y - a.lat)) / (b.lat - a.lat) + a.lng) inside = !inside;
        }
      }
      if (inside) return row;
    }
    return -1;
  }

  const names = data.labels.map(({ name, at }) => {
    const icon = L.divIcon({ className: "name", html: h("span", {}, name), iconSize: [0, 0] });
    return L.marker([at[1], at[0]], { icon, pane: "names", interactive: false, keyboard: false }).addTo(map);
  });

  // Names that would cover each other step aside for the ones before them.
  function placeNames() {
    const taken = [];
    for (const marker of names) {
      const element = marker.getElement();
      const at = map.latLngToContainerPoint(marker.getLatLng());
      const width = element.firstChild.offsetWidth / 2 + 3;
      const box = [at.x - width, at.y - 9, at.x + width, at.y + 9];
      const free = taken.every((other) => box[2] < other[0] || box[0] > other[2] || box[3] < other[1] || box[1] > other[3]);
      element.classList.toggle("away", !free);
      if (free) taken.push(box);
    }
  }
  map.on("zoomend resize", placeNames);

  const boxes = data.editions.map((edition) => edition.topology.bbox);
  const whole = L.latLngBounds(boxes.flatMap(([west, south, east, north]) => [[south, west], [north, east]]));
  return { repaint, outline, boundsOf, areaAt, placeNames, whole };
}
