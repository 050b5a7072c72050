// Small tools: elements, figures as text, sorting, files. Texts become text nodes, never markup.

const data = JSON.parse(document.getElementById("gi-data").textContent);
const words = data.words;
const byId = (id) => document.getElementById(id);
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const narrow = matchMedia("(max-width: 899px)");
const collator = new Intl.Collator(data.language === "sv" ? "sv" : "en", { numeric: true });

function h(name, attributes, ...children) {
  const element = document.createElement(name);
  fill(element, attributes, children);
  return element;
}

function svg(name, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  fill(element, attributes, children);
  return element;
}

function fill(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
}

function say(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (values && name in values ? values[name] : whole));
}

// Figures come as whole numbers of their last decimal: 624 is 62.4.
function figure(scaled, decimals = data.decimals) {
  const digits = String(Math.abs(scaled)).padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  const rest = decimals ? digits.slice(-decimals) : "";
  const [group, point] = data.language === "sv" ? ["\u00a0", ","] : [",", "."];
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, group);
  return (scaled < 0 ? "\u2212" : "") + grouped + (rest ? point + rest : "");
}

function withUnit(scaled) {
  if (data.unit === "%") return figure(scaled) + (data.language === "sv" ? "\u00a0%" : "%");
  return ["antal", "number"].includes(data.unit) ? figure(scaled) : figure(scaled) + "\u00a0" + data.unit;
}

function plain(text) {
  return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
}

function announce(text) {
  byId("gi-said").textContent = text;
}

function download(name, text, type) {
  const link = h("a", { href: URL.createObjectURL(new Blob([text], { type })), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
