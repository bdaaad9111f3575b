// node-ical: prints the events of a calendar on the web as JSON. It reads a day as local midnight.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(pathToFileURL(`${process.env.NODE_HOME}/`));
const ical = require("node-ical");

const calendar = await ical.async.fromURL(process.argv[2]);
const pad = (number) => String(number).padStart(2, "0");
const day = (date) => `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
const events = Object.values(calendar)
  .filter((entry) => entry.type === "VEVENT")
  .map((event) => {
    const all_day = event.datetype === "date";
    const written = all_day ? day : (date) => new Date(date).toISOString();
    const title = event.summary.val ?? event.summary;
    return { uid: event.uid, title, start: written(event.start), end: written(event.end), all_day };
  });
console.log(JSON.stringify(events));
