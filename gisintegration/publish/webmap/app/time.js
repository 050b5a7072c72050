// The year: slider, ticks, the break between editions, and play.

const STEP = 1200;

function makeTime(act) {
  const root = byId("gi-time");
  const last = data.frames.length - 1;
  const at = (frame) => (last ? `calc(var(--inset) + ${frame / last} * (100% - 2 * var(--inset)))` : "50%");
  const year = h("output", { class: "year", for: "gi-year" });
  if (!last) {
    root.classList.add("single");
    root.append(year);
    return { update: () => (year.textContent = yearOf(0)), stop: () => {} };
  }

  const slider = h("input", { type: "range", id: "gi-year", min: 0, max: last, step: 1, value: state.frame, "aria-label": words.year, oninput: () => { stop(); act.year(Number(slider.value)); } });
  const icon = svg("path", {});
  const play = h("button", { type: "button", class: "play", onclick: toggle }, svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, icon));
  const every = Math.ceil(data.frames.length / 12);
  const ticks = h("div", { class: "ticks", "aria-hidden": "true" }, data.frames.map((frame, i) => {
    const tick = h("span", { class: "tick", onclick: () => { stop(); act.year(i); } }, i % every === 0 || i === last ? String(frame.year) : "");
    tick.style.left = at(i);
    return tick;
  }));
  const bands = h("div", { class: "bands" });
  if (data.editions.length > 1) {
    let start = 0;
    data.frames.forEach((frame, i) => {
      if (i < last && data.frames[i + 1].edition === frame.edition) return;
      const band = h("span", { class: "band" }, h("span", {}, data.editions[frame.edition].title));
      const from = start === 0 ? "0px" : at(start - 0.5), to = i === last ? "100%" : at(i + 0.5);
      band.style.left = from;
      band.style.width = `calc(${to} - ${from})`;
      bands.append(band);
      start = i + 1;
    });
  }
  const marks = data.breaks.map((item) => {
    const mark = h("span", { class: `break ${item.kind}`, title: item.text });
    mark.style.left = at(item.frame - 0.5);
    return mark;
  });
  root.append(play, year, h("div", { class: "track" }, h("div", { class: "marks", "aria-hidden": "true" }, marks), slider, ticks, bands), h("p", { class: "unseen", id: "gi-breaks" }, data.breaks.map((item) => item.text).join(" ")));
  if (data.breaks.length) slider.setAttribute("aria-describedby", "gi-breaks");
  let timer = null;

  function dress() {
    icon.setAttribute("d", timer ? "M7 5h4v14H7zM13 5h4v14h-4z" : "M8 5v14l11-7z");
    play.setAttribute("aria-label", timer ? words.pause : words.play);
    play.title = timer ? words.pause : words.play;
  }

  function stop() {
    clearInterval(timer);
    timer = null;
    dress();
  }

  function toggle() {
    if (timer) return stop();
    act.year(state.frame === last ? 0 : state.frame + 1);
    timer = setInterval(() => {
      if (state.frame === last) return stop();
      act.year(state.frame + 1);
    }, STEP);
    dress();
  }

  function update() {
    const now = String(yearOf(state.frame));
    year.textContent = now;
    slider.value = state.frame;
    slider.style.setProperty("--done", state.frame / last);
    slider.setAttribute("aria-valuetext", data.editions.length > 1 ? `${now}, ${editionOf(state.frame).title}` : now);
    [...ticks.children].forEach((tick, i) => tick.classList.toggle("now", i === state.frame));
  }

  dress();
  return { update, stop };
}
