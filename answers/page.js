// Hands the rows and the choices to Vega, and shows what it computes. Charts are specified in
// charts.py, metrics in dbt/metrics.yml.
const { vegaEmbed } = window;
const page = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);
// New objects each time, because a view changes its data.
function rows(name) {
  const packed = JSON.parse(byId(`rows-${name}`).textContent);
  const value = (column, found) => found !== null && packed.texts[column] ? packed.texts[column][found] : found;
  return { values: packed.rows.map((row) => Object.fromEntries(row.map((found, place) =>
    [packed.names[place], value(packed.names[place], found)]))) };
}
const DAY = 864e5;
const iso = (time) => new Date(time).toISOString().slice(0, 10);

function choices() {
  // Two days in the wrong order are a range too, and a day without rows is none.
  const within = (day) => day < page.first ? page.first : day > page.last ? page.last : day;
  const [first, last] = [byId("first").value || page.first, byId("last").value || page.last].map(within).sort();
  const days = (Date.parse(last) - Date.parse(first)) / DAY + 1;
  return {
    first, last,
    channel: byId("channel").value, brand: byId("brand").value, team: byId("team").value,
    bucket: days > 62 ? "week" : "day",
    before: iso(Date.parse(first) - days * DAY),
  };
}

// A metric of dbt/metrics.yml as Vega's transforms, over the chosen rows and those of the period
// before, which has the same length.
const COLUMNS = { conversation_id: "v", customer_id: "k", seconds: "s", score: "y", is_hit: "x", kind: "m" };
const condition = (text) => text.replace(/\b(kind)\b/, "datum.m").replace("<>", "!=").replace(" = ", " == ");
function transforms(metric, by) {
  const chosen = `datum.a == '${metric.activity}' && datum.d >= before && datum.d <= last && ${page.chosen}`
    + (metric.where ? ` && ${condition(metric.where)}` : "");
  const of = COLUMNS[metric.of], per = COLUMNS[metric.per];
  const known = by === "period" ? "" : ` && datum.${by} && datum.period == 'now'`;
  const steps = [
    { type: "filter", expr: chosen },
    { type: "formula", as: "period", expr: "datum.d >= first ? 'now' : 'before'" },
    { type: "filter", expr: `true${known}` },
  ];
  const aggregate = (ops, fields, as) => ({ type: "aggregate", groupby: [by], ops, fields, as });
  const value = (expr) => ({ type: "formula", as: "value", expr });
  const valid = (field) => ({ type: "filter", expr: `isValid(datum.${field})` });
  switch (metric.aggregate) {
    case "count": return [...steps, aggregate(["count"], [null], ["value"])];
    case "count_distinct": return [...steps, valid(of), aggregate(["distinct"], [of], ["value"])];
    case "mean": return [...steps, valid(of), aggregate(["mean"], [of], ["value"])];
    case "median": return [...steps, valid(of), aggregate(["median"], [of], ["value"])];
    case "percentile_90": return [...steps, valid(of),
      { type: "quantile", groupby: [by], field: of, probs: [0.9], as: ["share", "value"] }];
    case "share": return [...steps,
      { type: "formula", as: "hit", expr: metric.hit === "is_hit" ? "datum.x * 100" : `(${condition(metric.hit)}) ? 100 : 0` },
      aggregate(["mean"], ["hit"], ["value"])];
    case "count_per": return [...steps,
      aggregate(["count", "distinct"], [null, per], ["all", "whole"]), value("datum.all / datum.whole")];
    case "sum_per": return [...steps,
      aggregate(["sum", "distinct"], [of, per], ["all", "whole"]), value("datum.all / datum.whole")];
  }
  throw new Error(`unknown aggregate ${metric.aggregate}`);
}

// One view computes all metrics of a table, and draws nothing.
async function computing(names, by) {
  const signals = Object.entries(choices()).map(([name, value]) => ({ name, value }));
  const measured = names.map((name) => ({ name, source: "rows", transform: transforms(page.metrics[name], by) }));
  const spec = { signals, data: [{ name: "rows", ...rows("activities") }, ...measured] };
  return (await vegaEmbed(document.createElement("div"), spec, { mode: "vega", actions: false })).view;
}

function shown(value, unit) {
  if (value === undefined || value === null || Number.isNaN(value)) return "–";
  if (unit === "percent") return `${value.toFixed(1)} %`;
  if (unit === "points") return value.toFixed(2);
  if (unit !== "seconds") return Math.round(value * 100) / 100 === Math.round(value) ? Math.round(value).toLocaleString("en") : value.toFixed(2);
  if (value < 120) return `${Math.round(value)} s`;
  if (value < 7200) return `${Math.round(value / 60)} min`;
  return value < 172800 ? `${(value / 3600).toFixed(1)} h` : `${(value / 86400).toFixed(1)} d`;
}

const element = (tag, text, more = {}) => Object.assign(document.createElement(tag), { textContent: text }, more);

function definition(metric) {
  const details = document.createElement("details");
  details.append(element("summary", "Definition", { ariaLabel: `Definition: ${metric.label}` }), element("p", metric.formula),
    element("p", `Whose: ${metric.whose}. ${metric.exact}.`),
    element("p", `Counts at: ${metric.clock}. Leaves out: ${metric.leaves_out}.`));
  return details;
}

function addTile(name) {
  const metric = page.metrics[name];
  const tile = element("article", "", { className: "tile", id: `tile-${name}` });
  tile.append(element("h2", metric.label), element("p", "", { className: "value" }),
    element("p", "", { className: "change" }), definition(metric));
  byId("tiles").append(tile);
  return tile;
}

function showTiles(view) {
  for (const name of page.measured) {
    const { unit } = page.metrics[name];
    const found = Object.fromEntries(view.data(name).map((row) => [row.period, row.value]));
    const complete = choices().before >= page.first && found.before !== undefined && found.now !== undefined;
    const tile = byId(`tile-${name}`) ?? addTile(name);
    tile.querySelector(".value").textContent = shown(found.now, unit);
    tile.querySelector(".change").textContent = complete ? `before: ${shown(found.before, unit)}` : "nothing to compare with";
    tile.dataset.value = found.now ?? "";
  }
}

function tableOf(title, heads, lines) {
  const table = document.createElement("table");
  table.append(element("caption", title));
  table.createTHead().insertRow().append(...heads.map(({ text, title = "" }) => element("th", text, { scope: "col", title })));
  const body = table.createTBody();
  for (const [first, ...others] of lines) {
    body.insertRow().append(element("th", first, { scope: "row" }), ...others.map((text) => element("td", text)));
  }
  if (!lines.length) body.insertRow().append(element("td", page.empty, { colSpan: heads.length || 1 }));
  return table;
}

function showTable(name, view) {
  const { title, note, label, by, metrics } = page.tables[name];
  const found = {};
  for (const metric of metrics) for (const row of view.data(metric)) (found[row[by]] ??= {})[metric] = row.value;
  const heads = metrics.map((metric) => ({ text: page.metrics[metric].label, title: page.metrics[metric].formula }));
  const order = Object.keys(found).sort((a, b) => (found[b][metrics[0]] ?? 0) - (found[a][metrics[0]] ?? 0) || a.localeCompare(b));
  const lines = order.map((key) => [key, ...metrics.map((metric) => shown(found[key][metric], page.metrics[metric].unit))]);
  byId(`table-${name}`).replaceChildren(tableOf(title, [{ text: label }, ...heads], lines),
    ...(note ? [element("p", note, { className: "note" })] : []));
}

// The marks of a chart that have a tooltip.
function* marks(item) {
  if (item.tooltip) yield item;
  for (const part of item.items ?? []) yield* marks(part);
}
function showNumbers(name, view) {
  const found = [...marks(view.scenegraph().root)].sort((a, b) => a.x - b.x || a.y - b.y);
  // A line has its points twice: for itself and for its dots.
  const lines = [...new Map(found.map(({ tooltip }) => [JSON.stringify(tooltip), tooltip])).values()];
  const heads = Object.keys(lines[0] ?? {}).map((text) => ({ text }));
  byId(`numbers-${name}`).replaceChildren(tableOf(page.titles[name], heads, lines.map(Object.values)));
  byId(`chart-${name}`).nextElementSibling.hidden = lines.length > 0;
}

const dark = matchMedia("(prefers-color-scheme: dark)");
const config = () => ({
  background: "transparent",
  ...(dark.matches ? { axis: { labelColor: "#a3abba", titleColor: "#a3abba", gridColor: "#343b49", domainColor: "#343b49" },
    legend: { labelColor: "#a3abba", titleColor: "#a3abba" }, view: { stroke: "#343b49" } } : {}),
});

let charts = {};
async function draw() {
  for (const view of Object.values(charts)) view.finalize();
  charts = {};
  for (const [name, spec] of Object.entries(page.charts)) {
    const full = { ...spec, config: config(), data: rows(spec.data.name) };
    full.params = spec.params.map((one) => ({ ...one, value: choices()[one.name] }));
    const { view } = await vegaEmbed(`#chart-${name}`, full, { actions: false, renderer: "svg", logLevel: 1 });
    charts[name] = view;
  }
}

async function update() {
  const chosen = choices();
  for (const view of [tiles, ...Object.values(tables), ...Object.values(charts)]) {
    for (const [name, value] of Object.entries(chosen)) {
      try { view.signal(name, value); } catch { /* This chart has no such parameter. */ }
    }
    await view.runAsync();
  }
  showTiles(tiles);
  for (const [name, view] of Object.entries(tables)) showTable(name, view);
  for (const [name, view] of Object.entries(charts)) showNumbers(name, view);
  byId("status").textContent = described(chosen);
}

// What is shown, in words: for screen readers, and for paper, where no controls are visible.
function described({ first, last, before, ...chosen }) {
  const filters = ["channel", "brand", "team"].filter((name) => chosen[name]).map((name) => `, ${name} ${chosen[name]}`);
  const days = (Date.parse(first) - Date.parse(before)) / DAY;
  const compared = before >= page.first ? ` “Before” means the ${days === 1 ? "day" : `${days} days`} before that.` : "";
  return `${first} to ${last}${filters.join("")}.${compared}`;
}

const start = iso(Math.max(Date.parse(page.first), Date.parse(page.last) - 89 * DAY));
function choose(chosen) {
  byId("first").value = chosen.get("first") ?? start;
  byId("last").value = chosen.get("last") ?? page.last;
  for (const id of ["channel", "brand", "team"]) byId(id).value = chosen.get(id) ?? "";
}
// The address of the page keeps what was chosen, so that it can be sent to somebody.
function remember() {
  const chosen = Object.entries(choices()).filter(([name, value]) => value && byId(name));
  history.replaceState(null, "", `#${new URLSearchParams(chosen)}`);
  return update();
}
document.querySelector("form").addEventListener("change", remember);
document.querySelector("form").addEventListener("reset", (event) => {
  event.preventDefault();
  choose(new URLSearchParams());
  remember();
});
document.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
dark.addEventListener("change", async () => { await draw(); await update(); });
choose(new URLSearchParams(location.hash.slice(1)));
const tiles = await computing(page.measured, "period");
const tables = {};
for (const [name, { metrics, by }] of Object.entries(page.tables)) tables[name] = await computing(metrics, by);
await draw();
await update();
document.body.dataset.ready = "true";
