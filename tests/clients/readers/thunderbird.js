// What Thunderbird is told to do, inside its own main window, by tests/clients/thunderbird.py.

const PATIENCE = 30000;

// The calendar from the web; each new profile has a local one besides.
function subscribed() {
  return cal.manager.getCalendars().find((one) => one.type === "ics");
}

// Once the calendar has been fetched anew, or was found to be unchanged.
function loaded(calendar) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("The calendar did not load.")), PATIENCE);
    const observer = {
      QueryInterface: ChromeUtils.generateQI(["calIObserver"]),
      onLoad() {
        clearTimeout(timer);
        calendar.removeObserver(observer);
        resolve();
      },
    };
    for (const name of ["StartBatch", "EndBatch", "AddItem", "ModifyItem", "DeleteItem", "Error"]) {
      observer[`on${name}`] = () => {};
    }
    observer.onPropertyChanged = observer.onPropertyDeleting = () => {};
    calendar.addObserver(observer);
  });
}

// What "New Calendar - On the Network" does with an address, its boxes left as they are.
async function subscribe(url) {
  const { DNS } = ChromeUtils.importESModule("resource:///modules/DNS.sys.mjs");
  DNS.mx = async () => []; // it would ask a name server whether Google has the calendar
  const found = await cal.provider.detection.detect("", "", url, false, [], {});
  const [[calendar]] = [...found.values()];
  calendar.setProperty("cache.enabled", true);
  cal.manager.registerCalendar(calendar);
  await loaded(cal.manager.getCalendarById(calendar.id));
  return [...found.keys()].map((provider) => provider.type);
}

async function unsubscribe() {
  const calendar = subscribed();
  if (calendar) cal.manager.removeCalendar(calendar);
}

async function refresh() {
  const calendar = subscribed();
  const done = loaded(calendar);
  calendar.refresh();
  await done;
}

// What can be read in the boxes of the days of a month like 2026-07.
async function month(month) {
  document.getElementById("tabmail").openTab("calendar");
  switchToView("month");
  const view = currentView();
  view.goToDay(cal.createDateTime(`${month.replace("-", "")}15`));
  await view.ready;
  const shown = [];
  for (const box of view.querySelectorAll("calendar-month-day-box")) {
    const day = cal.dtz.toRFC3339(box.date).slice(0, 10);
    if (!day.startsWith(month)) continue;
    for (const item of box.querySelectorAll("calendar-month-day-box-item")) {
      shown.push({ day, ...read(item) });
    }
  }
  return shown;
}

function read(item) {
  return {
    hour: item.querySelector(".item-time-label")?.textContent ?? "",
    title: item.querySelector(".event-name-label").textContent,
    cancelled: getComputedStyle(item).textDecorationLine === "line-through",
  };
}

// Every occurrence in some days, as its views are given them.
async function occurrences(first, last) {
  const midnight = (day) => cal.createDateTime(`${day.replaceAll("-", "")}T000000Z`);
  const { ITEM_FILTER_TYPE_EVENT, ITEM_FILTER_CLASS_OCCURRENCES } = Ci.calICalendar;
  const filter = ITEM_FILTER_TYPE_EVENT | ITEM_FILTER_CLASS_OCCURRENCES;
  const items = await subscribed().getItemsAsArray(filter, 0, midnight(first), midnight(last));
  return items.map((item) => ({
    uid: item.id,
    title: item.title,
    start: written(item.startDate),
    end: written(item.endDate),
    all_day: item.startDate.isDate,
  }));
}

// A day as it is; an instant in UTC.
function written(time) {
  return time.isDate ? cal.dtz.toRFC3339(time) : cal.dtz.dateTimeToJsDate(time).toISOString();
}
