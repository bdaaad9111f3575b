// ical.js, the reader inside Thunderbird: prints the events of a calendar on the web as JSON; with
// two days, every occurrence that begins from the first to before the second.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(pathToFileURL(`${process.env.NODE_HOME}/`));
const { default: ICAL } = await import(pathToFileURL(require.resolve("ical.js")));

const [url, from, to] = process.argv.slice(2);
const text = await (await fetch(url)).text();
const calendar = new ICAL.Component(ICAL.parse(text));
for (const zone of calendar.getAllSubcomponents("vtimezone")) {
  ICAL.TimezoneService.register(zone);
}
const written = (time) => (time.isDate ? time.toString() : time.toJSDate().toISOString());
const entry = (event, start, end) => ({
  uid: event.uid,
  title: event.summary,
  start: written(start),
  end: written(end),
  all_day: start.isDate,
});
// Left alone, ical.js relates the changed instances of all series to each of them.
const all = calendar
  .getAllSubcomponents("vevent")
  .map((component) => new ICAL.Event(component, { exceptions: [] }));

function* expanded() {
  const masters = all.filter((event) => !event.isRecurrenceException());
  for (const event of masters) {
    if (!event.isRecurring()) {
      yield entry(event, event.startDate, event.endDate);
      continue;
    }
    for (const exception of all) {
      if (exception.uid === event.uid && exception.isRecurrenceException()) {
        event.relateException(exception);
      }
    }
    const iterator = event.iterator();
    for (let next = iterator.next(); next && next.year <= Number(to.slice(0, 4)); next = iterator.next()) {
      const { item, startDate, endDate } = event.getOccurrenceDetails(next);
      yield entry(item, startDate, endDate);
    }
  }
}

const events = from
  ? [...expanded()].filter(({ start }) => start >= from && start < to)
  : all.map((event) => entry(event, event.startDate, event.endDate));
console.log(JSON.stringify(events));
