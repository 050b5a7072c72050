// The figures: cells, classes, histories. Knows nothing of how they are drawn.

const SHOWN = "sz";
const inner = data.classes.edges.slice(1, -1);
const scale = 10 ** data.decimals;
const rows = data.editions.map((edition) => new Map(edition.codes.map((code, row) => [code, row])));
const kommunIndex = data.above.findIndex((item) => item.division === "kommun");

const state = { frame: data.frames.length - 1, selected: null, pinned: null, hover: null, klass: null };

const frameOf = (frame) => data.frames[frame];
const editionOf = (frame) => data.editions[data.frames[frame].edition];
const yearOf = (frame) => data.frames[frame].year;
const rowOf = (frame, code) => {
  const row = rows[data.frames[frame].edition].get(code);
  return row === undefined ? -1 : row;
};

function cell(frame, row) {
  if (row < 0) return { status: "d", value: null };
  const f = frameOf(frame);
  const method = Array.isArray(f.method) ? f.method[row] : f.method;
  const status = f.status[row];
  const at = (name) => (f[name] ? f[name][row] : null);
  const estimated = method >= 0 && data.estimated[method] === 1;
  return {
    status,
    value: f.values[row],
    lower: at("lower"),
    upper: at("upper"),
    low: at("low"),
    high: at("high"),
    se: at("se"),
    exact: at("exact"),
    estimated,
    uncertain: estimated && SHOWN.includes(status) && at("exact") !== null,
    method: method >= 0 && status !== "r" ? data.methods[method] : "",
  };
}

function cellAbove(frame, item, row) {
  const position = row < 0 ? -1 : editionOf(frame).above[item][row];
  return position < 0 ? { status: "d", value: null } : { status: data.above[item].status[frame][position], value: data.above[item].values[frame][position] };
}

const isShown = (one) => SHOWN.includes(one.status) && one.value !== null;

function classOf(scaled) {
  const value = scaled / scale;
  let klass = 0;
  while (klass < inner.length && value >= inner[klass] - 1e-9) klass += 1;
  return klass;
}

// What a cell is drawn as: a class number, or the letter of its status.
function keyOf(one) {
  return isShown(one) && data.classes.edges.length ? classOf(one.value) : one.status;
}

function paint(key, uncertain) {
  if (uncertain && typeof key === "number") return `url(#gi-e-${key})`;
  if (typeof key === "number") return data.classes.colours[key];
  return { p: "url(#gi-p)", m: "url(#gi-m)", r: "url(#gi-r)" }[key] || "#ffffff";
}

function told(one) {
  return isShown(one) ? withUnit(one.value) : data.status[one.status];
}

function nameOf(frame, row) {
  return editionOf(frame).names[row];
}

function kommunOf(frame, row) {
  if (kommunIndex < 0 || row < 0) return "";
  const position = editionOf(frame).above[kommunIndex][row];
  return position < 0 ? "" : data.above[kommunIndex].names[position];
}

// The area whose polygon stands for this one: itself, or the remainder it lies in.
function drawnRow(frame, row) {
  const edition = editionOf(frame);
  if (row < 0 || edition.points[row]) return row;
  const holder = edition.holders[row];
  return holder === undefined ? -1 : holder;
}

function membersOf(frame, row) {
  const holders = editionOf(frame).holders;
  return Object.keys(holders).filter((member) => holders[member] === row).map(Number);
}

// The last year in which the area existed, seen from the year shown.
function knownFrame(code, frame) {
  if (rowOf(frame, code) >= 0) return frame;
  for (let near = 1; near < data.frames.length; near += 1) {
    for (const other of [frame - near, frame + near]) {
      if (other >= 0 && other < data.frames.length && rowOf(other, code) >= 0) return other;
    }
  }
  return -1;
}

// A history is a list of stretches, broken where a figure is lacking or the borders changed.
function history(cells, brokenAt) {
  const stretches = [];
  let open = null;
  cells.forEach((one, frame) => {
    if (!isShown(one)) {
      open = null;
      return;
    }
    if (!open || brokenAt(frame)) stretches.push((open = []));
    open.push([frame, one.value]);
  });
  return stretches;
}

// Whether the area has the same borders in this year as in the one before.
function keptBorders(code, frame) {
  if (frame === 0 || frameOf(frame).edition === frameOf(frame - 1).edition) return true;
  return Boolean(editionOf(frame).same[rowOf(frame, code)]);
}

function areaHistory(code) {
  const cells = data.frames.map((_, frame) => cell(frame, rowOf(frame, code)));
  const broken = (frame) => !keptBorders(code, frame);
  return { cells, stretches: history(cells, broken) };
}

function aboveHistory(item, code) {
  const cells = data.frames.map((_, frame) => {
    const known = knownFrame(code, frame);
    if (known < 0) return { status: "d", value: null };
    const position = editionOf(known).above[item][rowOf(known, code)];
    return position < 0 ? { status: "d", value: null } : { status: data.above[item].status[frame][position], value: data.above[item].values[frame][position] };
  });
  return { cells, stretches: history(cells, () => false) };
}

function nameAbove(item, code, frame) {
  const known = knownFrame(code, frame);
  const position = known < 0 ? -1 : editionOf(known).above[item][rowOf(known, code)];
  return position < 0 ? "" : data.above[item].names[position];
}

function rankOf(frame, row) {
  const f = frameOf(frame);
  const own = f.values[row];
  let higher = 0, count = 0;
  f.values.forEach((value, other) => {
    if (value === null || !SHOWN.includes(f.status[other])) return;
    count += 1;
    if (value > own) higher += 1;
  });
  return { rank: higher + 1, n: count };
}

function countsOf(frame) {
  const counts = new Map();
  frameOf(frame).status.split("").forEach((_, row) => {
    const one = cell(frame, row);
    for (const key of one.uncertain ? [keyOf(one), "e"] : [keyOf(one)]) counts.set(key, (counts.get(key) || 0) + 1);
  });
  return counts;
}

// What occurs in some year, so that the legend keeps its form when the year changes.
const anyEstimated = data.frames.some((f, frame) => f.exact && f.exact.some((_, row) => cell(frame, row).uncertain));
const statusesUsed = [..."pmndr"].filter((letter) => data.frames.some((f) => f.status.includes(letter)));
