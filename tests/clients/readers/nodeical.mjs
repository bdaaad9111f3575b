// node-ical: prints the events of a calendar on the web as JSON; with two days, every occurrence
// that begins from the first to before the second. It reads a day as local midnight.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(pathToFileURL(`${process.env.NODE_HOME}/`));
const ical = require("node-ical");

const [url, from, to] = process.argv.slice(2);
const calendar = await ical.async.fromURL(url);
const pad = (number) => String(number).padStart(2, "0");
const day = (date) => `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
const entry = (event, start, end) => {
  const all_day = event.datetype === "date";
  const written = all_day ? day : (date) => new Date(date).toISOString();
  const title = event.summary.val ?? event.summary;
  return { uid: event.uid, title, start: written(start), end: written(end), all_day };
};
const all = Object.values(calendar).filter((event) => event.type === "VEVENT");
const range = { from: new Date(`${from}T00:00:00Z`), to: new Date(`${to}T00:00:00Z`) };
const expanded = (event) =>
  ical
    .expandRecurringEvent(event, range)
    .map((one) => entry(one.event, one.start, one.end))
    .filter(({ start }) => start >= from && start < to);
const events = from
  ? all.flatMap(expanded)
  : all.map((event) => entry(event, event.start, event.end));
console.log(JSON.stringify(events));
