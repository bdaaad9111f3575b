// ical.js, the reader inside Thunderbird: prints the events of a calendar on the web as JSON.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(pathToFileURL(`${process.env.NODE_HOME}/`));
const { default: ICAL } = await import(pathToFileURL(require.resolve("ical.js")));

const text = await (await fetch(process.argv[2])).text();
const calendar = new ICAL.Component(ICAL.parse(text));
for (const zone of calendar.getAllSubcomponents("vtimezone")) {
  ICAL.TimezoneService.register(zone);
}
const written = (time) => (time.isDate ? time.toString() : time.toJSDate().toISOString());
const events = calendar.getAllSubcomponents("vevent").map((component) => {
  const event = new ICAL.Event(component);
  return {
    uid: event.uid,
    title: event.summary,
    start: written(event.startDate),
    end: written(event.endDate),
    all_day: event.startDate.isDate,
  };
});
console.log(JSON.stringify(events));
