// The history of chosen areas beside their kommun and region, as lines with every break marked.

const CHART = { width: 352, height: 184, left: 6, right: 6, top: 16, bottom: 26 };

// Round steps for the axis: three to five lines.
function axis(low, high) {
  const span = Math.max(high - low, 10 ** -data.decimals);
  const power = 10 ** Math.floor(Math.log10(span / 3));
  const step = [1, 2, 5, 10].map((size) => size * power).find((size) => span / size <= 4);
  const first = Math.floor(low / step) * step;
  const lines = [];
  for (let value = first; value < high + step; value += step) lines.push(value);
  return lines;
}

// series: [{ kind, name, stretches }], the most important last.
function makeChart(series, act) {
  const points = series.flatMap((one) => one.stretches.flat());
  if (!points.length || data.frames.length < 2) return null;
  const last = data.frames.length - 1;
  const values = points.map(([, value]) => value / scale);
  const lines = axis(Math.min(...values), Math.max(...values));
  const [low, high] = [lines[0], lines[lines.length - 1]];
  const { width, height, left, right, top, bottom } = CHART;
  const label = (value) => figure(Math.round(value * scale)).replace(/[.,]0+$/, "");
  const room = Math.max(...lines.map((value) => label(value).length)) * 7 + 8;
  const x = (frame) => left + room + (frame / last) * (width - left - right - room - 8);
  const y = (value) => top + (1 - (value - low) / (high - low || 1)) * (height - top - bottom);
  const summary = series.map((one) => `${one.name}: ${one.stretches.flat().map(([frame, value]) => `${yearOf(frame)} ${withUnit(value)}`).join(", ")}.`).join(" ");
  const root = svg("svg", { class: "chart", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${words.history}. ${summary} ${data.breaks.map((item) => item.text).join(" ")}` });

  for (const value of lines) {
    root.append(svg("line", { class: "grid", x1: x(0), x2: width - right, y1: y(value), y2: y(value) }), svg("text", { class: "scale-text", x: x(0) - 10, y: y(value) + 4, "text-anchor": "end" }, label(value)));
  }
  const every = Math.ceil(data.frames.length / 7);
  data.frames.forEach((frame, i) => {
    if ((last - i) % every) return;
    root.append(svg("text", { class: i === state.frame ? "year-text now" : "year-text", x: x(i), y: height - 7, "text-anchor": "middle" }, String(frame.year)));
  });
  for (const frame of new Set(data.breaks.map((item) => item.frame))) {
    const of = data.breaks.filter((item) => item.frame === frame);
    const mark = svg("g", { class: of.some((item) => item.kind === "edition") ? "break edition" : "break" }, svg("title", {}, of.map((item) => item.text).join("\n")), svg("line", { x1: x(frame - 0.5), x2: x(frame - 0.5), y1: top - 6, y2: height - bottom }), svg("path", { d: `M${x(frame - 0.5) - 4} ${top - 10}h8l-4 6z` }));
    root.append(mark);
  }
  root.append(svg("line", { class: "cursor", x1: x(state.frame), x2: x(state.frame), y1: top - 2, y2: height - bottom }));
  for (const { kind, stretches } of series) {
    for (const stretch of stretches) {
      root.append(svg("path", { class: `history ${kind}`, d: `M${stretch.map(([frame, value]) => `${x(frame).toFixed(1)} ${y(value / scale).toFixed(1)}`).join("L")}` }));
      stretch.forEach(([frame, value]) => {
        const alone = stretch.length === 1, now = frame === state.frame;
        if (alone || now || kind === "selected" || kind === "pinned") root.append(svg("circle", { class: `point ${kind}${now ? " now" : ""}`, cx: x(frame).toFixed(1), cy: y(value / scale).toFixed(1), r: now ? 4.5 : 2.4 }));
      });
    }
  }
  data.frames.forEach((frame, i) => {
    const half = (x(1) - x(0)) / 2;
    const text = series.map((one) => {
      const found = one.stretches.flat().find(([at]) => at === i);
      return found ? `${one.name}: ${withUnit(found[1])}` : null;
    }).filter(Boolean).reverse();
    root.append(svg("rect", { class: "hit", x: x(i) - half, y: 0, width: 2 * half, height, onclick: () => act.year(i) }, svg("title", {}, [frame.year, ...text].join("\n"))));
  });
  return root;
}

function lineKey(kind) {
  return svg("svg", { class: "line-key", viewBox: "0 0 26 10", "aria-hidden": "true" }, svg("path", { class: `history ${kind}`, d: "M1 5H25" }));
}
